import { json, Operation } from '../../../core/http/openapi/index.js';
import { CompositeStarted } from './composite.dto.js';
import { badJson, noState, section, serviceId, serviceUrl, taskId } from '../item/item.openapi.js';

export const ApiStartComposite = (): MethodDecorator =>
  Operation({
    operationId: 'startComposite',
    summary: 'Find or start active services with a state and a task each, all or nothing',
    section,
    body: [
      json({
        services: [
          {
            service: {
              customer_id: 'C-1024',
              contact_key: '+33155559999',
              service_type: 'support',
            },
            state: { state_type: 'identify' },
            task: { task_type: 'call back' },
            associate_state_task: true,
          },
        ],
      }),
    ],
    answer: json(
      {
        services: [
          {
            service: { service_id: serviceId, created: false },
            state: { state_id: 7, created: true },
            task: { task_id: 11, created: true },
          },
        ],
      },
      CompositeStarted,
    ),
    location: `${serviceUrl}/tasks/${taskId}`,
    errors: {
      '400 MissingParameter': 'services[0].service.contact_key is mandatory',
      '400 InvalidParameter': 'services takes 1 to 100 elements',
      ...badJson,
      '404 StateNotFound': noState['404 StateNotFound'],
    },
  });
