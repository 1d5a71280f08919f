import { EmptyAnswer, json, Operation } from '../../../core/http/openapi/index.js';
import { ListedKey, MadeKey } from './access-key.dto.js';

const section = 'Beyond the documents: docs/operations/security.md, keys';
const id = '39a98e24-b03b-4191-b756-1efe8f3b16b8';

const refused = {
  '401 Unauthorized':
    'internal calls need an API key from here, as Authorization: Bearer, X-Api-Key or apikey',
  '403 Forbidden': 'this call needs a key with the role Administrator',
};

export const ApiCreateKey = (): MethodDecorator =>
  Operation({
    operationId: 'createAccessKey',
    summary: 'Make an API key; it is shown in this answer and never again',
    section,
    body: [
      json({
        name: 'voice-platform',
        roles: ['Integration'],
        expiresAt: '2027-01-31T12:00:00Z',
        tenants: ['north'],
      }),
    ],
    answer: json({ id, key: 'gms_4uPnX2hW0hHq0m1q9c3sB7Yd5kQeJr8tVbZx6LfNwAo' }, MadeKey),
    errors: {
      '400 MissingParameter': 'name is mandatory',
      '400 InvalidParameter': 'roles[0] takes one of Administrator, Supervisor, Integration',
      '409 AccessKeyExists': 'there is an access key "voice-platform" already',
      ...refused,
    },
  });

export const ApiListKeys = (): MethodDecorator =>
  Operation({
    operationId: 'listAccessKeys',
    summary: 'List the API keys, the oldest first, without the keys themselves',
    section,
    answer: json(
      [
        {
          id,
          name: 'voice-platform',
          roles: ['Integration'],
          tenants: ['north'],
          expiresAt: '2027-01-31T12:00:00.000Z',
          createdAt: '2026-11-24T08:15:30.000Z',
          lastUsedAt: '2026-11-24T09:00:00.000Z',
        },
      ],
      ListedKey,
    ),
    errors: refused,
  });

export const ApiDeleteKey = (): MethodDecorator =>
  Operation({
    operationId: 'deleteAccessKey',
    summary: 'Delete an API key: it stops working on every node within two seconds',
    section,
    path: { id },
    answer: json({}, EmptyAnswer),
    errors: { '404 AccessKeyNotFound': `there is no access key "${id}"`, ...refused },
  });
