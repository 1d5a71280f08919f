export { instantForm, instantOf } from './instant.js';
