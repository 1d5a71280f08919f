import { DomainError } from '../../core/errors/index.js';
import { quoteName, type FoundFaults, linesOf } from '../../core/settings/index.js';

/** A configuration that is refused as a whole: 400, with its faults listed. */
export class InvalidConfiguration extends DomainError {
  constructor(readonly faults: FoundFaults) {
    super('invalid', 'InvalidConfiguration', linesOf(faults).join('; '));
  }
}

export function sectionNotFound(section: string): DomainError {
  return new DomainError(
    'notFound',
    'SectionNotFound',
    `there is no section ${quoteName(section)}`,
  );
}

/** The server cannot start with its configuration; `faults` has one line for each fault. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}
