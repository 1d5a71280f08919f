export { requireStorable } from './fields.js';
export type { Fields, FieldValue, UploadedFile } from './fields.js';
export { queryFields, queryValues } from './form.js';
export { requireObject, requireStorableJson } from './json.js';
export { drain, isUnread } from './read-bytes.js';
export { readFields, readJson, readRaw, readText, readTexts } from './read-body.js';
export type { BodyRules, RawBody } from './read-body.js';
