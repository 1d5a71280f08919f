import {
  EmptyAnswer,
  form,
  json,
  multipart,
  Operation,
  text,
} from '../../core/http/openapi/index.js';
import { KeysToStore, StorageId, StoredKeys } from './storage.dto.js';

const chapter = 'gms-api-reference-8.1.1, Storage API';
const id = '39a98e24-b03b-4191-b756-1efe8f3b16b8';
const link = `http://127.0.0.1:8080/genesys/1/storage/binary/${id}/FileKey`;
const keys = { Key1: 'Value1', Key2: 'Value2', Key3: 'Value3' };
const bodies = [form(keys, KeysToStore), multipart({ ...keys, FileKey: '(a file)' }, KeysToStore)];

const badTtl = { '400 InvalidParameter': 'ttl takes whole seconds from 1 to 2147483647' };
const badKeys = {
  '400 InvalidKey': 'the key "_Key1" begins with an underscore',
  '400 TooManyKeys': 'a storage holds at most 1000 keys',
  '413 PayloadTooLarge': 'the body is larger than 10485760 bytes',
  '415 UnsupportedMediaType':
    'the content type application/json is not taken here; send application/x-www-form-urlencoded or multipart/form-data',
};
const noArea = { '404 StorageNotFound': `there is no storage "${id}"` };
const noKey = { ...noArea, '404 KeyNotFound': 'there is no key "Key1"' };

export const ApiCreateStorage = (): MethodDecorator =>
  Operation({
    operationId: 'createStorage',
    summary: 'Store keys in a new storage area',
    section: `${chapter}, Create`,
    body: bodies,
    answer: json({ id }, StorageId),
    errors: { ...badTtl, ...badKeys },
  });

export const ApiUpdateStorage = (): MethodDecorator =>
  Operation({
    operationId: 'updateStorage',
    summary: 'Store keys in an area that exists; other keys stay as they are',
    section: `${chapter}, Update`,
    path: { id },
    body: bodies,
    answer: json({}, EmptyAnswer),
    errors: { ...badTtl, ...badKeys, ...noArea },
  });

export const ApiStoreCustom = (): MethodDecorator =>
  Operation({
    operationId: 'storeCustomStorage',
    summary: "Store keys in an area under the caller's own id, for its gms_user alone",
    section: 'Custom storage (8.5)',
    path: { id: 'my-area' },
    body: bodies,
    answer: json({ id: 'my-area' }, StorageId),
    errors: {
      ...badTtl,
      ...badKeys,
      '400 MissingParameter': 'the gms_user header is mandatory',
      '404 StorageNotFound': 'there is no storage "my-area"',
    },
  });

export const ApiQueryStorage = (): MethodDecorator =>
  Operation({
    operationId: 'readStorage',
    summary: 'Read all keys; a binary value is its link',
    section: `${chapter}, Query (all keys)`,
    path: { id },
    answer: json({ ...keys, FileKey: link }, StoredKeys),
    errors: noArea,
  });

export const ApiQueryKey = (): MethodDecorator =>
  Operation({
    operationId: 'readStorageKey',
    summary: 'Read one key; a binary value is its link',
    section: `${chapter}, Query (one key)`,
    path: { id, key: 'Key1' },
    answer: text('Value1'),
    errors: noKey,
  });

export const ApiQueryBinaryKey = (): MethodDecorator =>
  Operation({
    operationId: 'readStorageFile',
    summary: 'Read the file that is stored under a key',
    section: `${chapter}, Query (one binary key)`,
    path: { id, key: 'FileKey' },
    answer: { mediaType: 'image/png', example: '', binary: true },
    errors: noKey,
  });

export const ApiDeleteStorage = (): MethodDecorator =>
  Operation({
    operationId: 'deleteStorage',
    summary: 'Remove an area with all its keys',
    section: `${chapter}, Delete`,
    path: { id },
    answer: json({}, EmptyAnswer),
    errors: noArea,
  });

export const ApiDeleteKey = (): MethodDecorator =>
  Operation({
    summary: 'Remove one key; the area goes with its last one',
    section: 'Beyond the documents: docs/compatibility.md, Storage API',
    path: { id, key: 'Key1' },
    answer: json({}),
    errors: noKey,
  });
