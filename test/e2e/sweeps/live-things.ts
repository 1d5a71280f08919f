import type { RunningServer } from '../../support/test-server.js';
import { filled, type Route } from './routes.js';

type Calls = Pick<RunningServer, 'request'>;

/** What the routes' parameters can name, alive on the server. */
export interface LiveThings {
  readonly area: string;
  readonly service: string;
  readonly customerService: string;
  readonly state: string;
  readonly task: string;
  readonly subscription: string;
}

/** The configuration of a server whose routes are swept: nothing in it runs out. */
export const sweptConfig = {
  security: {
    allowed_callback_networks: ['127.0.0.0/8'],
    rate_limit: { per_second: 1_000_000, burst: 1_000_000 },
  },
  'resources.DNIS': { _allocation_strategy: 'CLUSTER', numbers: ['8003449999', '8003449998'] },
  'resources.shared': { _allocation_strategy: 'RANDOM', numbers: ['33155559999'] },
  'service.request-interaction': {
    ...{ _type: 'builtin', _service: 'request-interaction', _ttl: 3600 },
    _resource_group: 'shared',
  },
  'service.request-access': { _type: 'builtin', _service: 'request-access' },
  'service.match-interaction': { _type: 'builtin', _service: 'match-interaction' },
  push: { pushEnabled: 'comet,httpcb,customhttp', localizationFileLocation: '' },
  cview: { expiration: '2w' },
} as const;

export async function makeLiveThings(server: Calls): Promise<LiveThings> {
  const made = async (path: string, body: object): Promise<any> => {
    const answer = await server.request('POST', path, body);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
    return answer.json;
  };
  const area = await made('/genesys/1/storage/36000', {
    multipart: [
      { name: 'Key1', value: 'Value1' },
      { name: 'FileKey', value: 'bytes', fileName: 'a.txt', contentType: 'text/plain' },
    ],
  });
  const service = await made('/genesys/1/service/request-interaction', {
    json: { _phone_number: '6504669999', language: 'french' },
  });
  const started = await made('/genesys/1/cs/services/start', {
    json: { customer_id: 'C-1024', service_type: 'support', Feedback: { rating: 5 } },
  });
  const under = `/genesys/1/cs/services/${started.service_id}`;
  const state = await made(`${under}/states/start`, { json: { state_type: 'identify' } });
  const task = await made(`${under}/tasks/start`, { json: { task_type: 'call back' } });
  const subscription = await made('/genesys/1/notification/subscription', {
    json: {
      ...{ subscriberId: 'B1', filter: 'sweep.none', expire: 3600 },
      notificationDetails: { type: 'httpcb', deviceId: 'http://127.0.0.1:59999/' },
    },
  });
  return {
    ...{ area: area.id, service: service._id, customerService: started.service_id },
    ...{ state: String(state.state_id), task: String(task.task_id) },
    subscription: subscription.id,
  };
}

/** What stands for the parameters of a path. What DELETE names is not there: the others need it. */
export function liveValues(route: Route, live: LiveThings): Record<string, string> {
  const { path, method } = route;
  if (path.includes('changestatus')) return { status: 'ONLINE' };
  if (method === 'DELETE') return path.includes('/config/') ? { section: 'resources.unused' } : {};
  if (path.startsWith('/genesys/1/storage/custom')) return {};
  if (path.startsWith('/genesys/1/storage')) return { id: live.area };
  if (path.startsWith('/genesys/1/service')) return { id: live.service };
  if (path.includes('/subscription/{id}')) return { id: live.subscription };
  if (!path.startsWith('/genesys/1/cs')) return {};
  const item = path.includes('/states/{id}')
    ? live.state
    : path.includes('/tasks/{id}')
      ? live.task
      : live.customerService;
  return {
    ...{ serviceId: live.customerService, id: item },
    ...{ stateId: live.state, taskId: live.task },
  };
}

/** The path of a route with what is alive in it. */
export function livePath(route: Route, live: LiveThings): string {
  return filled(route, liveValues(route, live));
}

/** An example body that suits what is alive, and does no harm to it. */
export function liveExample(route: Route, example: any, live: LiveThings): any {
  const { path } = route;
  // JSON is YAML as well.
  if (path.endsWith('/config/import')) return JSON.stringify(sweptConfig);
  if (path.endsWith('/maintenance/purge')) return { ...example, limit: '2000-01-01T00:00:00Z' };
  if (path.endsWith('/tasks/start')) return { ...example, state_id: Number(live.state) };
  if (path.endsWith('/transition')) {
    return { ...example, from: { ...example.from, state_id: Number(live.state) } };
  }
  return example;
}
