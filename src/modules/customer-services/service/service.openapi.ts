import { json, Operation } from '../../../core/http/openapi/operation.js';
import {
  allFlags,
  badEvent,
  badJson,
  badQuery,
  commonExample,
  listQuery,
  noService,
  section,
  serviceExample,
  serviceId,
  serviceUrl,
} from '../item/item.openapi.js';

const id = serviceId;

export const ApiStartService = (): MethodDecorator =>
  Operation({
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
    answer: json({ service_id: id }),
    location: serviceUrl,
    errors: { '400 MissingParameter': 'contact_key is mandatory', ...badEvent },
  });

export const ApiAssociateService = (): MethodDecorator =>
  Operation({
    summary: 'Give a service to a customer, or move it from another one',
    section,
    path: { customerId: 'C-1024', id },
    body: [json({ service_type: 'support', Feedback: { rating: 4 } })],
    status: 204,
    errors: { ...badEvent, ...noService },
  });

export const ApiEndService = (): MethodDecorator =>
  Operation({
    summary: 'End a service; what is in it goes on',
    section,
    path: { id },
    body: [json({ disposition: 'solved', disposition_desc: 'with a new router' })],
    status: 204,
    errors: { ...badEvent, ...noService },
  });

export const ApiReadService = (): MethodDecorator =>
  Operation({
    summary: 'Read a service',
    section,
    path: { id },
    query: allFlags,
    answer: json(serviceExample),
    errors: { ...badQuery, ...noService },
  });

export const ApiSetServiceLife = (): MethodDecorator =>
  Operation({
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
    summary: 'Remove a service with its states and tasks',
    section,
    path: { id },
    errors: noService,
  });

const historyQuery = { service_types: 'support,sales', ...listQuery, ...allFlags };

export const ApiListOfCustomer = (summary: string): MethodDecorator =>
  Operation({
    summary,
    section,
    path: { customerId: 'C-1024' },
    query: historyQuery,
    answer: json([serviceExample]),
    errors: badQuery,
  });

export const ApiListOfContact = (summary: string): MethodDecorator =>
  Operation({
    summary,
    section,
    path: { contactKey: '+33155559999' },
    query: historyQuery,
    answer: json([{ ...serviceExample, customer_id: undefined }]),
    errors: badQuery,
  });
