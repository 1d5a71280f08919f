import { DomainError } from '../../core/errors/index.js';
import { type Fault, faultText, shownName } from './domain/fault.js';

/** An answer lists so many faults; beyond, how many more there are. */
const mostListed = 500;

/** A configuration that is refused as a whole: 400, with every fault listed (configuration.md). */
export class InvalidConfiguration extends DomainError {
  constructor(readonly faults: readonly Fault[]) {
    super('invalid', 'InvalidConfiguration', listed(faults));
  }
}

function listed(faults: readonly Fault[]): string {
  const texts = faults.slice(0, mostListed).map(faultText);
  const more = faults.length - texts.length;
  return (more > 0 ? [...texts, `and ${String(more)} more faults`] : texts).join('; ');
}

export function sectionNotFound(section: string): DomainError {
  return new DomainError(
    'notFound',
    'SectionNotFound',
    `there is no section ${shownName(section)}`,
  );
}

/** The server cannot start with its configuration; `faults` has one line for each fault. */
export class ConfigurationError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(faults.join('\n'));
  }
}
