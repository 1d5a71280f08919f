export { AccessResourcesModule } from './access-resources.module.js';
export { AccessResources } from './access-resources.service.js';
export type { AccessInformation, AccessRequest } from './access-resources.service.js';
export { AccessMatch } from './access-match.service.js';
export type { VoiceCall } from './access-match.service.js';
export { defaultCodeLength, maxCodeLength, minCodeLength } from './access-codes.js';
export {
  maxBookingSeconds,
  resourceGroupSection,
  minBookingSeconds,
} from './resource-group.section.js';
export { unknownGroup } from './access-resources.errors.js';
