export { AccessKeysModule } from './access-keys.module.js';
export { InternalRule } from './internal-rule.js';
export { SecuritySettings } from './security-settings.js';
export type { SecurityFacts } from './security-settings.js';
