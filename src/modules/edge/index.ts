export { bodyBoundsOf } from './edge-context.js';
export { EdgeModule } from './edge.module.js';
export { EdgeSettings, userKey, type EdgeSettingsSnapshot } from './edge-settings.js';
export { EdgeMount } from './mount-edge.js';
export { mountFrontPage, mountTestPages } from './mount-pages.js';
export {
  BytesBody,
  DtoBody,
  DtoBodyWithQuery,
  DtoMembers,
  FormFields,
  JsonObjectBody,
  JsonValue,
  MandatoryDtoBody,
  MandatoryDtoMembers,
  PlainJsonBody,
  ServiceFields,
  ServiceFieldsWithQuery,
  TextBody,
} from './body.decorators.js';
export type { RawBody } from '../../core/http/body/index.js';
export { GmsUser, gmsUserOf, withoutServerOwnedMember } from './gms-user.js';
export { KnownQuery } from './known-query.guard.js';
export { isAllowedOrigin } from './request-origin.js';
export { receive } from './receive.js';
export { canonicalUrl } from './domain/path-aliases.js';
export { contactCenterOf, tenantPart } from './tenant-headers.js';
export { headerText, isUserName, maxUserNameLength } from './domain/user-name.js';
export { externalBase } from './external-base.js';
export { accessKeyPrefix, basicPassword, bearerToken, isJwtForm } from './credentials.js';
