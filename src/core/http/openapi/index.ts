export { buildDocument } from './document.js';
export { mountDocs } from './mount-docs.js';
export { noteBodyClass, noteHeader } from './parameters.js';
export * from './operation.js';
