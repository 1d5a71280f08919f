export * from './decorators.js';
export { dtoClasses, OtherMembers, otherMembersOf } from './dto-classes.js';
export { DtoPipe } from './dto.pipe.js';
export type { DtoClass, Fault, Kind, Presence, ReportFault, WrittenMap } from './kind.js';
export {
  flagKind,
  instantKind,
  listKind,
  nestedKind,
  oneOfKind,
  opaqueKind,
  opaqueMapKind,
  textKind,
  wholeKind,
} from './kinds.js';
export { KnownMembersOnly, membersOf, planOf, readDto } from './plan.js';
