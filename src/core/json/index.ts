export { JsonNumber, numberOf, numberTextOf, scalarText } from './json-number.js';
export { jsonArray } from './json-array.js';
export { jsonPieces } from './json-pieces.js';
export { entriesOf, isJsonObject, mergeObjects, objectOf } from './json-object.js';
export { bodyLimits, JsonSyntaxError, parseJson, parseStoredJson } from './parse-json.js';
export { plainJson, writeJson } from './write-json.js';
