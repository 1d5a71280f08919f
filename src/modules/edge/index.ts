export { bodyBoundsOf } from './edge.js';
export { EdgeModule } from './edge.module.js';
export { EdgeSettings, userKey } from './edge-settings.js';
export type { EdgeFacts } from './edge-settings.js';
export { mountEdge } from './mount-edge.js';
export { mountFrontPage } from './front-page.js';
export { mountTestPages } from './test-pages.js';
export {
  BytesBody,
  DtoBody,
  FormFields,
  JsonBody,
  JsonMembers,
  JsonValue,
  MandatoryDtoBody,
  MandatoryJsonBody,
  MandatoryJsonMembers,
  PlainJsonBody,
  ServiceFields,
  ServiceFieldsWithQuery,
  TextBody,
} from './body.js';
export type { RawBody } from '../../core/http/body/index.js';
export { GmsUser, gmsUserOf, withoutServersMember } from './gms-user.js';
export { KnownQuery } from './known-query.js';
export { isAllowedOrigin } from './own-origin.js';
export { receive } from './receive.js';
export { canonicalUrl } from './domain/path-aliases.js';
export { contactCenterOf, tenantPart } from './tenant-headers.js';
export { headerText, isUserName, longestUser } from './domain/user-name.js';
export { externalBase } from './links.js';
export { accessKeyPrefix, basicPassword, bearerToken, isJwtForm } from './credentials.js';
export { parseBody } from './domain/parse-body.js';
