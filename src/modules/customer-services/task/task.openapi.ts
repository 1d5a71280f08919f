import { json, Operation } from '../../../core/http/openapi/operation.js';
import {
  badEvent,
  badQuery,
  listQuery,
  noService,
  noState,
  noTask,
  section,
  serviceId as id,
  serviceUrl,
  taskExample,
  taskId,
} from '../item/item.openapi.js';

const answer = { service_id: id, ...taskExample };
const extensions = 'Feedback,Task.*';

export const ApiStartTask = (): MethodDecorator =>
  Operation({
    summary: 'Start a task of a service or of one of its states',
    section,
    path: { id },
    body: [json({ task_type: 'call back', state_id: 7, Window: { from: 9, to: 12 } })],
    status: 201,
    answer: json({ task_id: 11 }),
    location: `${serviceUrl}/tasks/${taskId}`,
    errors: { ...badEvent, ...noState },
  });

export const ApiEndTask = (): MethodDecorator =>
  Operation({
    summary: 'End a task',
    section,
    path: { id, taskId },
    body: [json({ disposition: 'done' })],
    status: 204,
    errors: { ...badEvent, ...noTask },
  });

export const ApiListTasks = (summary: string): MethodDecorator =>
  Operation({
    summary,
    section,
    path: { id },
    query: { state_id: '7', task_types: 'call back', ...listQuery, extensions },
    answer: json([answer]),
    errors: { ...badQuery, ...noService },
  });

export const ApiReadTask = (): MethodDecorator =>
  Operation({
    summary: 'Read a task',
    section,
    path: { id, taskId },
    query: { extensions },
    answer: json(answer),
    errors: { ...badQuery, ...noTask },
  });
