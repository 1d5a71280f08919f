export { AccessResourcesModule } from './access-resources.module.js';
export { AccessResources } from './access-resources.service.js';
export type { AccessInformation, AccessRequest } from './access-resources.service.js';
export { AccessMatch } from './access-match.service.js';
export type { Call } from './access-match.service.js';
export { defaultCodeLength, longestCode, shortestCode } from './access-codes.js';
export { longestBooking, resourceGroupSection, shortestBooking } from './resource-group-section.js';
export { unknownGroup } from './access-resources.errors.js';
