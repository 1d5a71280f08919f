export { digitsOf, JsonNumber, numberOf } from './json-number.js';
export { jsonPieces } from './json-pieces.js';
export { entriesOf, isJsonObject, joined, objectOf } from './json-object.js';
export { bodyLimits, JsonSyntaxError, parseJson, parseStoredJson } from './parse-json.js';
export { plainJson } from './plain-json.js';
export { writeJson } from './write-json.js';
