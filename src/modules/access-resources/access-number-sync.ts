import { Injectable } from '@nestjs/common';
import type { SectionRules, Sections } from '../options/index.js';
import { comparable } from './domain/phone-number.js';
import { AccessNumberRepository, type ConfiguredNumber } from './access-number.repository.js';
import { numberSection, resourceGroupSection } from './resource-group-section.js';

/** Keeps the table of numbers in step with the sections `resources.<group>`. */
@Injectable()
export class AccessNumberSync implements SectionRules {
  readonly schema = resourceGroupSection;

  constructor(private readonly numbers: AccessNumberRepository) {}

  /** Refuses a number that stands in one group twice: it would be booked as one anyway. */
  checkReferences(
    sections: Sections,
    report: (section: string, option: string, problem: string) => void,
  ): void {
    const country = sections.get(numberSection).default_country;
    for (const [name, group] of sections.all(resourceGroupSection)) {
      const seen = new Set<string>();
      for (const display of group.numbers) {
        const number = comparable(display, country);
        if (seen.has(number)) report(`resources.${name}`, 'numbers', `has ${display} twice`);
        seen.add(number);
      }
    }
  }

  /** Runs inside the transaction that writes the sections. */
  async apply(sections: Sections): Promise<void> {
    await this.numbers.replaceAll(configuredNumbers(sections));
  }
}

function configuredNumbers(sections: Sections): ConfiguredNumber[] {
  const country = sections.get(numberSection).default_country;
  const numbers = new Map<string, { display: string; pool: Set<string>; position: number }>();
  for (const [name, group] of sections.all(resourceGroupSection)) {
    for (const display of group.numbers) {
      const number = comparable(display, country);
      const known = numbers.get(number);
      if (known === undefined) {
        numbers.set(number, { display, pool: new Set([name]), position: numbers.size });
      } else {
        known.pool.add(name);
      }
    }
  }
  return [...numbers].map(([number, { display, pool, position }]) => ({
    number,
    display,
    pool: [...pool].sort(),
    position,
  }));
}
