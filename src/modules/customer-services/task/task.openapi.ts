import { json, Operation } from '../../../core/http/openapi/index.js';
import { TaskView } from '../item/item.dto.js';
import { StartedTask } from './task.dto.js';
import {
  badEvent,
  badQuery,
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

export const ApiStartTask = (): MethodDecorator =>
  Operation({
    operationId: 'startTask',
    summary: 'Start a task of a service or of one of its states',
    section,
    path: { id },
    body: [json({ task_type: 'call back', state_id: 7, Window: { from: 9, to: 12 } })],
    status: 201,
    answer: json({ task_id: 11 }, StartedTask),
    location: `${serviceUrl}/tasks/${taskId}`,
    errors: { ...badEvent, ...noState },
  });

export const ApiEndTask = (): MethodDecorator =>
  Operation({
    operationId: 'endTask',
    summary: 'End a task',
    section,
    path: { id, taskId },
    body: [json({ disposition: 'done' })],
    status: 204,
    errors: { ...badEvent, ...noTask },
  });

export const ApiListTasks = (operationId: string, summary: string): MethodDecorator =>
  Operation({
    operationId,
    summary,
    section,
    path: { id },
    answer: json([answer], TaskView),
    errors: { ...badQuery, ...noService },
  });

export const ApiReadTask = (): MethodDecorator =>
  Operation({
    operationId: 'readTask',
    summary: 'Read a task',
    section,
    path: { id, taskId },
    answer: json(answer, TaskView),
    errors: { ...badQuery, ...noTask },
  });
