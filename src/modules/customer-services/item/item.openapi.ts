/** What the OpenAPI texts of services, states and tasks share. */
export const section =
  'Context Services (cs-api-operations; docs/compatibility.md, Context Services)';

export const serviceId = '387-39a98e24-b03b-4191-b756-1efe8f3b16b8';
export const stateId = '7';
export const taskId = '11';

const servicesUrl = 'http://127.0.0.1:8080/genesys/1/cs/services';
export const serviceUrl = `${servicesUrl}/${serviceId}`;

export const commonExample = { interaction_id: '006a8f9b', media_type: 'voice', resource_id: 5 };

export const badJson = {
  '400 InvalidBody': 'Could not read JSON: Unexpected end of JSON input',
  '415 UnsupportedMediaType':
    'the content type text/plain is not taken here; send application/json',
};
export const badEvent = {
  '400 InvalidParameter': 'timestamp takes a time as 2026-11-27T10:15:30.250Z, with Z or an offset',
  ...badJson,
};
export const badQuery = {
  '400 InvalidParameter': 'size takes a whole number from 1 to 1000',
};
export const noService = { '404 ServiceNotFound': `there is no service "${serviceId}"` };
export const noState = {
  ...noService,
  '404 StateNotFound': `the service has no state "${stateId}"`,
};
export const noTask = { ...noService, '404 TaskNotFound': `the service has no task "${taskId}"` };

export const taskExample = {
  task_id: 11,
  task_type: 'call back',
  state_id: 7,
  started: { timestamp: '2026-11-27T10:15:31.000Z' },
  completed: { timestamp: '2026-11-27T10:16:31.000Z' },
  duration: 60_000,
  disposition: 'done',
};

export const stateExample = {
  state_id: 7,
  state_type: 'identify',
  started: { timestamp: '2026-11-27T10:15:30.250Z' },
};

export const serviceExample = {
  service_id: serviceId,
  service_type: 'support',
  customer_id: 'C-1024',
  contact_key: '+33155559999',
  started: { timestamp: '2026-11-27T10:15:30.000Z', ...commonExample },
  est_duration: 600,
  Feedback: { rating: 5 },
  active_states: [stateExample],
  completed_tasks: [taskExample],
};
