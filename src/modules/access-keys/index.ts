export { AccessKeysModule } from './access-keys.module.js';
export { InternalRule } from './policy/internal-rule.js';
export { SecuritySettings } from './policy/security-settings.js';
export type { SecuritySettingsSnapshot } from './policy/security-settings.js';
