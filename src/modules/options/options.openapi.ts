import { EmptyAnswer, type Example, json, Operation } from '../../core/http/openapi/index.js';
import { SectionAudit, SectionOptions, Sections } from './options.dto.js';

const chapter = 'docs/compatibility.md, configuration, Sections and options (beyond the documents)';
const section = 'resources.DNIS';
const options = {
  _allocation_strategy: 'CLUSTER',
  _booking_expiration_timeout: 30,
  numbers: ['8003449999', '8003449998'],
};
const sections = { server: { max_body_size: 10_485_760 }, [section]: options };

const yaml: Example = {
  mediaType: 'application/yaml',
  example: [
    'server:',
    '  max_body_size: 10485760',
    'resources.DNIS:',
    '  _allocation_strategy: CLUSTER',
    '  numbers: ["8003449999", "8003449998"]',
    '',
  ].join('\n'),
};

const refused = {
  '401 Unauthorized':
    'internal calls need an API key from here, as Authorization: Bearer or as X-Api-Key',
  '403 Forbidden': 'this call needs a key with the role Administrator',
};
const refusedRead = {
  ...refused,
  '403 Forbidden': 'this call needs a key with the role Supervisor',
};

const unknown = { '404 SectionNotFound': 'there is no section resources.DNIS' };
const body = {
  '413 PayloadTooLarge': 'the body is larger than 10485760 bytes',
  '415 UnsupportedMediaType':
    'the content type text/plain is not taken here; send application/json',
};

export const ApiListSections = (): MethodDecorator =>
  Operation({
    operationId: 'listSections',
    summary: 'Read all sections as they were written, secrets masked',
    section: chapter,
    answer: json(sections, Sections),
    errors: refusedRead,
  });

export const ApiReadSection = (): MethodDecorator =>
  Operation({
    operationId: 'readSection',
    summary: 'Read one section as it was written, secrets masked',
    section: chapter,
    path: { section },
    answer: json(options, SectionOptions),
    errors: { ...unknown, ...refusedRead },
  });

export const ApiPutSection = (): MethodDecorator =>
  Operation({
    operationId: 'replaceSection',
    summary: 'Replace a section whole; a masked secret keeps the one that is stored',
    section: chapter,
    path: { section },
    body: [json(options, SectionOptions)],
    answer: json(options, SectionOptions),
    errors: {
      '400 InvalidConfiguration':
        'section resources.DNIS, option _booking_expiration_timeout: takes a whole number from 5 to 1800',
      '400 InvalidBody': 'the JSON body must be an object',
      ...body,
      ...refused,
    },
  });

export const ApiPatchSection = (): MethodDecorator =>
  Operation({
    operationId: 'changeSection',
    summary: 'Change options of a section and keep the others; null takes one back to its default',
    section: chapter,
    path: { section },
    body: [json({ _booking_expiration_timeout: 60, _backup_resource: null }, SectionOptions)],
    answer: json({ ...options, _booking_expiration_timeout: 60 }, SectionOptions),
    errors: {
      '400 InvalidConfiguration':
        'section resources.DNIS, option _booking_expiration_timeout: takes a whole number from 5 to 1800',
      '400 InvalidBody': 'the JSON body must be an object',
      ...body,
      ...unknown,
      ...refused,
    },
  });

export const ApiDeleteSection = (): MethodDecorator =>
  Operation({
    operationId: 'deleteSection',
    summary: 'Remove a section that no other section names',
    section: chapter,
    path: { section },
    answer: json({}, EmptyAnswer),
    errors: {
      '400 InvalidConfiguration':
        'section service.request-interaction, option _resource_group: names the resource group "DNIS", which is not configured',
      ...unknown,
      ...refused,
    },
  });

export const ApiExport = (): MethodDecorator =>
  Operation({
    operationId: 'exportSections',
    summary: 'Export all sections as YAML that import takes; secrets are masked unless asked for',
    section: chapter,
    answer: yaml,
    errors: { '400 InvalidParameter': 'secrets takes true or false', ...refusedRead },
  });

export const ApiImport = (): MethodDecorator =>
  Operation({
    operationId: 'importSections',
    summary: 'Replace all sections by those of a YAML text; a masked secret keeps the stored one',
    section: chapter,
    body: [yaml],
    answer: json(sections, Sections),
    errors: {
      '400 InvalidConfiguration':
        'section resources.DNIS, option _booking_expiration_timeout: takes a whole number from 5 to 1800; section servers: is unknown; the sections are server, security, storage, resources.<name>, service.<name>',
      ...body,
      ...refused,
    },
  });

export const ApiReadAudit = (): MethodDecorator =>
  Operation({
    operationId: 'readSectionAudit',
    summary: 'Read who changed which section, the newest change first, secrets masked',
    section: chapter,
    answer: json(
      [
        {
          id: 7,
          at: '2026-11-24T08:15:30.000Z',
          actor: 'key:operator',
          action: 'put',
          section,
          before: null,
          after: options,
        },
      ],
      SectionAudit,
    ),
    errors: {
      '400 InvalidParameter': 'limit takes a whole number from 1 to 1000',
      ...refusedRead,
    },
  });
