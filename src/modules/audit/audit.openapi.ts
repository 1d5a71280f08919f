import { json, Operation } from '../../core/http/openapi/index.js';
import { AuditEntryView } from './audit.dto.js';

export const ApiAudit = (): MethodDecorator =>
  Operation({
    operationId: 'readAudit',
    summary: 'Read who did what, the newest first: configuration, keys, node status, refused keys',
    section: 'Beyond the documents: docs/operations/security.md, audit',
    answer: json(
      [
        {
          id: 1199,
          at: '2026-12-01T08:15:30.000Z',
          kind: 'refusal',
          actor: 'key:voice-platform',
          action: 'refused',
          subject: 'PUT /genesys/1/admin/config/sections/:section',
          before: null,
          after: {
            status: 403,
            exception: 'Forbidden',
            reason: 'this call needs a key with the role Administrator',
          },
          calls: 14,
          lastAt: '2026-12-01T08:15:52.000Z',
        },
      ],
      AuditEntryView,
    ),
    errors: {
      '400 InvalidParameter': 'limit takes a whole number from 1 to 1000',
      '401 Unauthorized':
        'internal calls need an API key from here, as Authorization: Bearer or as X-Api-Key',
      '403 Forbidden': 'this call needs a key with the role Supervisor',
    },
  });
