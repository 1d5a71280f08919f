export { buildDocument } from './document.js';
export { mountDocs } from './mount-docs.js';
export * from './operation.js';
