import { type Example, json, Operation } from '../../../core/http/openapi/index.js';
import {
  ExportedFiles,
  ExportedFileView,
  MaintenanceAuditEntry,
  Purged,
} from './maintenance.dto.js';

const section = 'cs-api-operations, Maintenance';
const beyond = 'docs/operations/context-services-maintenance.md (beyond the documents)';

const service = '301-0f4c9a5e-91b0-4c3e-8a54-2f6f0e1b7d10';
const name = 'export20261127_203015_250_services.json';

const range = {
  time_from: '2026-11-01T00:00:00Z',
  time_to: '2026-11-27T00:00:00Z',
  filter_events: 'completed',
  export_content: 'true',
  filter_state: 'inactive',
};

const bytes: Example = { mediaType: 'application/octet-stream', example: '', binary: true };

const access = {
  '401 Unauthorized':
    'internal calls need an API key from here, as Authorization: Bearer or as X-Api-Key',
  '403 Forbidden': 'this call needs a key with the role Administrator',
};
const parameters = {
  '400 MissingParameter': 'time_from is mandatory',
  '400 InvalidParameter': 'filter_events takes one of any, started, completed',
};
const body = {
  '400 InvalidBody': 'the JSON body must be an object',
  '413 PayloadTooLarge': 'the body is larger than 10485760 bytes',
  '415 UnsupportedMediaType':
    'the content type text/plain is not taken here; send application/json',
};
const unavailable = { '503 DatabaseUnavailable': 'the database is not reachable' };
const stopping = {
  '503 NodeStopping': 'this node stops; the work is not done to its end, ask again',
};
const noFile = { '404 FileNotFound': `there is no exported file "${name}"` };

export const ApiStream = (): MethodDecorator =>
  Operation({
    operationId: 'streamServices',
    summary: 'Stream services by the time of their events: ids, or whole services',
    section,
    answer: json([service]),
    errors: { ...parameters, ...access, ...unavailable },
  });

export const ApiExport = (): MethodDecorator =>
  Operation({
    operationId: 'exportServices',
    summary: 'Write services into files; a member of the body wins over the query',
    section,
    query: { ...range, format: 'json' },
    body: [json({ ...range, export_content: true, format: 'csv' })],
    isBodyOptional: true,
    answer: json({ created: [name] }, ExportedFiles),
    errors: {
      ...{ ...parameters, ...body, ...access },
      '500 ExportFailed': 'the export was given up: there is no room for it',
      ...{ ...unavailable, ...stopping },
    },
  });

export const ApiPurge = (): MethodDecorator =>
  Operation({
    operationId: 'purgeServices',
    summary: 'Remove services that started before a time, with all that is in them',
    section,
    body: [json({ limit: '2026-01-01T00:00:00Z', operation: 'purge.service.completed' })],
    answer: json({ purged: 1204 }, Purged),
    errors: {
      '400 MissingParameter': 'limit is mandatory',
      '400 InvalidParameter': 'limit takes a time as 2026-11-27T10:15:30.250Z, with Z or an offset',
      ...{ ...body, ...access, ...unavailable, ...stopping },
      '503 ServicesHeld': 'services are being written to; ask again. Purged so far: 1204',
    },
  });

export const ApiListFiles = (): MethodDecorator =>
  Operation({
    operationId: 'listExportedFiles',
    summary: 'List the exported files of this node, the newest first',
    section: beyond,
    answer: json([{ name, size: 52_114, created: '2026-11-27T20:30:15.250Z' }], ExportedFileView),
    errors: access,
  });

export const ApiDownload = (): MethodDecorator =>
  Operation({
    operationId: 'readExportedFile',
    summary: 'Read an exported file',
    section: beyond,
    path: { name },
    answer: bytes,
    errors: { ...noFile, ...access },
  });

export const ApiDeleteFile = (): MethodDecorator =>
  Operation({
    operationId: 'deleteExportedFile',
    summary: 'Remove an exported file',
    section: beyond,
    path: { name },
    status: 204,
    errors: { ...noFile, ...access },
  });

export const ApiReadAudit = (): MethodDecorator =>
  Operation({
    operationId: 'readMaintenanceAudit',
    summary: 'Read who streamed, exported and purged services, the newest call first',
    section: beyond,
    answer: json(
      [
        {
          id: 7,
          operation: 'purge',
          parameters: { operation: 'purge.service.all', limit: '2026-01-01T00:00:00.000Z' },
          who: 'key:operator',
          begun: '2026-11-27T20:30:15.250Z',
          ended: '2026-11-27T20:30:16.891Z',
          services: 1204,
          outcome: 'completed',
        },
      ],
      MaintenanceAuditEntry,
    ),
    errors: {
      '400 InvalidParameter': 'limit takes a whole number from 1 to 1000',
      ...{ ...access, ...unavailable },
    },
  });
