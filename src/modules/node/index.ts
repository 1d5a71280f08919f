export { NodeModule } from './node.module.js';
