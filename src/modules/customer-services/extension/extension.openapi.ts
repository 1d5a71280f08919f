import { json, Operation } from '../../../core/http/openapi/operation.js';
import { extensionNameForm } from '../domain/reserved-names.js';
import {
  badJson,
  noService,
  noState,
  noTask,
  section,
  serviceId,
  stateId,
  taskId,
} from '../item/item.openapi.js';

const holders = {
  service: { name: 'Service', path: {}, errors: noService },
  state: { name: 'State', path: { id: stateId }, errors: noState },
  task: { name: 'Task', path: { id: taskId }, errors: noTask },
};

const badName = {
  '400 InvalidParameter': `the name of the extension "ttl" takes ${extensionNameForm}`,
  ...badJson,
};

export const ApiPutExtension = (holder: keyof typeof holders): MethodDecorator =>
  Operation({
    operationId: `put${holders[holder].name}Extension`,
    summary: `Replace one extension of a ${holder} by the JSON value of the body`,
    section,
    path: { serviceId, ...holders[holder].path, name: 'Feedback' },
    body: [json({ rating: 5 })],
    errors: { ...badName, ...holders[holder].errors },
  });

export const ApiMergeExtension = (holder: keyof typeof holders): MethodDecorator =>
  Operation({
    operationId: `merge${holders[holder].name}Extension`,
    summary: `Put members into one extension of a ${holder} that is a map`,
    section,
    path: { serviceId, ...holders[holder].path, name: 'Feedback' },
    body: [json({ comment: 'quick' })],
    errors: { ...badName, ...holders[holder].errors },
  });
