import { form, json, multipart, Operation, text } from '../../core/http/openapi/operation.js';

const chapter = 'service-api-8.5';
const id = '39a98e24-b03b-4191-b756-1efe8f3b16b8';
const data = { language: 'french', current_location_latitude: '48.8583' };
const request = { _phone_number: '6504669999', _provide_code: 'true', ...data };
const access = {
  _id: id,
  _access_number: '8003449999',
  _access_code: '076841',
  _expiration_time: '30',
};
const noService = {
  '404 ServiceInstanceNotFound': `there is no service with the id "${id}", or it has ended`,
};
const noKey = { ...noService, '404 KeyNotFound': 'there is no key "language"' };
const badBody = {
  '413 PayloadTooLarge': 'the body is larger than 10485760 bytes',
  '415 UnsupportedMediaType': 'the content type text/xml is not taken here',
  '500 InvalidBody': 'Could not read JSON: unexpected end of JSON input',
};
const badData = {
  '400 InvalidKey': 'the key "" is empty',
  '400 TooManyKeys': 'a storage holds at most 1000 keys',
  ...badBody,
};
const creation = {
  section: `${chapter}, Create Service; gms-based-services`,
  path: { service: 'request-interaction' },
  answer: json(access),
  errors: {
    '400 MissingParameter': '_phone_number is mandatory',
    '400 InvalidParameter': '_provide_code takes true or false',
    '404 ServiceNotFound': 'there is no service called "nobody"',
    '404 NoMatch': 'no service waits for such a call',
    '503 ResourceUnavailable': 'no access number of the group "DNIS" is free at present',
    ...badData,
  },
};

export const ApiCreateService = (): MethodDecorator =>
  Operation({
    ...creation,
    summary: 'Create a configured service',
    body: [form(request), multipart({ ...request, FileKey: '(a file)' }), json(request)],
  });

export const ApiCreateByGet = (): MethodDecorator =>
  Operation({
    ...creation,
    summary: 'Create a configured service from query parameters',
    query: { _phone_number: '6504669999', _provide_code: 'true' },
  });

export const ApiServiceRequest = (): MethodDecorator =>
  Operation({
    summary: 'Perform a request that the service defines',
    section: `${chapter}, Service Specific Request`,
    path: { id, request: 'status' },
    body: [form({}), json({})],
    answer: json({}),
    errors: {
      '400 RequestNotSupported': 'this service does not know the request "status"',
      ...noService,
      ...badBody,
    },
  });

export const ApiUpdateService = (): MethodDecorator =>
  Operation({
    summary: 'Add or replace user data of a service',
    section: `${chapter}, Create or Update Service Storage`,
    path: { id },
    body: [form(data), multipart({ ...data, FileKey: '(a file)' }), json(data)],
    answer: json({}),
    errors: { ...noService, ...badData },
  });

export const ApiChangeExpiration = (): MethodDecorator =>
  Operation({
    summary: 'Move the end of a service, its data and its booking',
    section: `${chapter}, Update Conversation Expiration`,
    path: { id },
    body: [json({ ttl: 600 }), form({ expiration_time: '2030-01-31T12:00:00Z' })],
    errors: {
      '400 MissingParameter': 'ttl or expiration_time is mandatory',
      '400 InvalidParameter': 'ttl takes whole seconds from 1 to 2147483647',
      ...noService,
      ...badBody,
    },
  });

export const ApiDeleteService = (): MethodDecorator =>
  Operation({
    summary: 'End a service with its data and its access number',
    section: `${chapter}, Delete Service`,
    path: { id },
    answer: text('OK'),
    errors: noService,
  });

export const ApiQueryServiceKeys = (): MethodDecorator =>
  Operation({
    summary: 'Read all keys of a service; a binary value is its link',
    section: `${chapter}, Query All Keys`,
    path: { id },
    answer: json(data),
    errors: noService,
  });

export const ApiQueryServiceKey = (): MethodDecorator =>
  Operation({
    summary: 'Read one key of a service',
    section: `${chapter}, Query One Key`,
    path: { id, key: 'language' },
    answer: json({ language: 'french' }),
    errors: noKey,
  });

export const ApiQueryServiceBinary = (): MethodDecorator =>
  Operation({
    summary: 'Read the file under a key of a service',
    section: `${chapter}, Query Binary`,
    path: { id, key: 'FileKey' },
    answer: { mediaType: 'image/png', example: '', binary: true },
    errors: noKey,
  });

export const ApiWriteServiceKeys = (): MethodDecorator =>
  Operation({
    summary: 'Create or update keys of a service; names with a leading underscore are ignored',
    section: `${chapter}, Create or Update Service Storage`,
    path: { id },
    body: [form(data), multipart({ ...data, FileKey: '(a file)' }), json(data)],
    answer: json({}),
    errors: { ...noService, ...badData },
  });

export const ApiDeleteServiceKey = (): MethodDecorator =>
  Operation({
    summary: 'Delete one key of a service',
    section: `${chapter}, Delete One Key Storage`,
    path: { id, key: 'language' },
    answer: text('OK'),
    errors: noKey,
  });

export const ApiDeleteServiceKeys = (): MethodDecorator =>
  Operation({
    summary: 'Delete all keys of a service',
    section: `${chapter}, Delete All Keys in Storage`,
    path: { id },
    answer: text('OK'),
    errors: noService,
  });
