export { AccessKeysModule } from './access-keys.module.js';
export { InternalRule } from './policy/internal-rule.js';
export { SecuritySettings } from './policy/security-settings.js';
export type { SecurityFacts } from './policy/security-settings.js';
