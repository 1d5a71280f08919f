export { Configuration, type Snapshot } from './configuration.js';
export {
  type Fault,
  faultText,
  optionFault,
  positionFault,
  quoteName,
  sectionFault,
} from './domain/fault.js';
export {
  type CheckedSections,
  type ParsedSections,
  SectionCatalogue,
} from './domain/section-catalogue.js';
export { type FoundFaults, FaultList, linesOf } from './domain/fault-list.js';
export { isSectionName, sectionNameForm } from './domain/section-name.js';
export {
  isOptions,
  type RawOptions,
  type RawSections,
  type ReportFault,
  type SectionRules,
  type Sections,
  type SectionSchema,
  unknownOptionWords,
  type WrittenSections,
} from './domain/section-schema.js';
export { maxDepth, whyUnstorable, whyUnstorableText } from './domain/storable.js';
export * from './option-types.js';
export { refuseTrustSwitches } from './trust-switches.js';
export { isBaseUrl, isWebUrl, originOf } from './web-address.js';
