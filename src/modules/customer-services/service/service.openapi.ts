import { json, Operation } from '../../../core/http/openapi/index.js';
import { ServiceView } from '../item/item.dto.js';
import { StartedService } from './service.dto.js';
import {
  badEvent,
  badJson,
  badQuery,
  commonExample,
  noService,
  section,
  serviceExample,
  serviceId,
  serviceUrl,
} from '../item/item.openapi.js';

const id = serviceId;

export const ApiStartService = (): MethodDecorator =>
  Operation({
    operationId: 'startService',
    summary: 'Start a service; other members of the body are its extensions',
    section,
    body: [
      json({
        contact_key: '+33155559999',
        service_type: 'support',
        est_duration: 600,
        ...commonExample,
        Feedback: { rating: 5 },
      }),
    ],
    status: 201,
    answer: json({ service_id: id }, StartedService),
    location: serviceUrl,
    errors: { '400 MissingParameter': 'contact_key is mandatory', ...badEvent },
  });

export const ApiAssociateService = (): MethodDecorator =>
  Operation({
    operationId: 'associateService',
    summary: 'Give a service to a customer, or move it from another one',
    section,
    path: { customerId: 'C-1024', id },
    body: [json({ service_type: 'support', Feedback: { rating: 4 } })],
    status: 204,
    errors: { ...badEvent, ...noService },
  });

export const ApiEndService = (): MethodDecorator =>
  Operation({
    operationId: 'endService',
    summary: 'End a service; what is in it goes on',
    section,
    path: { id },
    body: [json({ disposition: 'solved', disposition_desc: 'with a new router' })],
    status: 204,
    errors: { ...badEvent, ...noService },
  });

export const ApiReadService = (): MethodDecorator =>
  Operation({
    operationId: 'readService',
    summary: 'Read a service',
    section,
    path: { id },
    answer: json(serviceExample, ServiceView),
    errors: { ...badQuery, ...noService },
  });

export const ApiSetServiceLife = (): MethodDecorator =>
  Operation({
    operationId: 'setServiceLife',
    summary: 'Say how long a service is kept',
    section,
    path: { id },
    body: [json({ ttl: 86_400 })],
    errors: {
      '400 MissingParameter': 'ttl is mandatory',
      '400 InvalidParameter': 'expiration_time takes a time in the future',
      ...badJson,
      ...noService,
    },
  });

export const ApiDeleteService = (): MethodDecorator =>
  Operation({
    operationId: 'removeService',
    summary: 'Remove a service with its states and tasks',
    section,
    path: { id },
    errors: noService,
  });

export const ApiListOfCustomer = (operationId: string, summary: string): MethodDecorator =>
  Operation({
    operationId,
    summary,
    section,
    path: { customerId: 'C-1024' },
    answer: json([serviceExample], ServiceView),
    errors: badQuery,
  });

export const ApiListOfContact = (operationId: string, summary: string): MethodDecorator =>
  Operation({
    operationId,
    summary,
    section,
    path: { contactKey: '+33155559999' },
    answer: json([{ ...serviceExample, customer_id: undefined }], ServiceView),
    errors: badQuery,
  });
