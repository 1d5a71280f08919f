import { json, Operation } from '../../../core/http/openapi/index.js';
import { StateView } from '../item/item.dto.js';
import { StartedState } from './state.dto.js';
import {
  badEvent,
  badQuery,
  noService,
  noState,
  section,
  serviceId as id,
  serviceUrl,
  stateExample,
  stateId,
  taskExample,
} from '../item/item.openapi.js';

const answer = { service_id: id, ...stateExample, completed_tasks: [taskExample] };

export const ApiStartState = (): MethodDecorator =>
  Operation({
    operationId: 'startState',
    summary: 'Start a state of a service',
    section,
    path: { id },
    body: [json({ state_type: 'identify', previous_state_id: 6, Questions: ['name', 'city'] })],
    status: 201,
    answer: json({ state_id: 7 }, StartedState),
    location: `${serviceUrl}/states/${stateId}`,
    errors: { ...badEvent, ...noService },
  });

export const ApiTransition = (): MethodDecorator =>
  Operation({
    operationId: 'changeState',
    summary: 'End a state and start the next one, at one instant, both or neither',
    section,
    path: { id },
    body: [
      json({
        from: { state_id: 7, disposition: 'identified' },
        to: { state_type: 'diagnose', est_duration: 120 },
        media_type: 'voice',
      }),
    ],
    status: 201,
    answer: json({ state_id: 8 }, StartedState),
    location: `${serviceUrl}/states/8`,
    errors: {
      '400 MissingParameter': 'from.state_id is mandatory',
      ...badEvent,
      ...noState,
      '409 StateCompleted': 'state 7 is completed; a transition leaves an active one',
    },
  });

export const ApiEndState = (): MethodDecorator =>
  Operation({
    operationId: 'endState',
    summary: 'End a state; its tasks go on',
    section,
    path: { id, stateId },
    body: [json({ disposition: 'identified' })],
    status: 204,
    errors: { ...badEvent, ...noState },
  });

export const ApiListStates = (operationId: string, summary: string): MethodDecorator =>
  Operation({
    operationId,
    summary,
    section,
    path: { id },
    answer: json([answer], StateView),
    errors: { ...badQuery, ...noService },
  });

export const ApiReadState = (): MethodDecorator =>
  Operation({
    operationId: 'readState',
    summary: 'Read a state',
    section,
    path: { id, stateId },
    answer: json(answer, StateView),
    errors: { ...badQuery, ...noState },
  });
