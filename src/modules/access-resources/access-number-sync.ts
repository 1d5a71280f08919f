import { Injectable } from '@nestjs/common';
import { Slices } from '../../core/event-loop/slices.js';
import { toComparableNumber } from './domain/phone-number.js';
import { AccessNumberRepository, type ConfiguredNumber } from './access-number.repository.js';
import { numberSection, resourceGroupSection } from './resource-group.section.js';
import type { SectionRules, Sections } from '../../core/settings/index.js';

/** Keeps the table of numbers in step with the sections `resources.<group>`. */
@Injectable()
export class AccessNumberSync implements SectionRules {
  readonly schema = resourceGroupSection;

  /** By the list: what was checked is applied next, and by a country a number takes 40 µs. */
  private readonly known = new WeakMap<
    readonly string[],
    { readonly country: string; readonly forms: readonly string[] }
  >();

  constructor(private readonly numbers: AccessNumberRepository) {}

  /** Refuses a number that stands in one group twice: it would be booked as one anyway. */
  async checkReferences(
    sections: Sections,
    report: (section: string, option: string, problem: string) => void,
  ): Promise<void> {
    const slices = new Slices();
    const country = sections.get(numberSection).default_country;
    for (const [name, { numbers }] of sections.all(resourceGroupSection)) {
      const seen = new Set<string>();
      const forms = await this.formsOf(numbers, country, slices);
      for (const [place, display] of numbers.entries()) {
        const number = forms[place] ?? display;
        if (seen.has(number)) report(`resources.${name}`, 'numbers', `has ${display} twice`);
        seen.add(number);
      }
    }
  }

  /** Runs inside the transaction that writes the sections. */
  async apply(sections: Sections): Promise<void> {
    await this.numbers.replaceAll(await this.configuredNumbers(sections));
  }

  private async configuredNumbers(sections: Sections): Promise<ConfiguredNumber[]> {
    const slices = new Slices();
    const country = sections.get(numberSection).default_country;
    const found = new Map<string, { display: string; pool: Set<string>; position: number }>();
    for (const [name, { numbers }] of sections.all(resourceGroupSection)) {
      const forms = await this.formsOf(numbers, country, slices);
      for (const [place, display] of numbers.entries()) {
        const number = forms[place] ?? display;
        const known = found.get(number);
        if (known === undefined) {
          found.set(number, { display, pool: new Set([name]), position: found.size });
        } else {
          known.pool.add(name);
        }
        if (slices.isOver) await slices.next();
      }
    }
    return [...found].map(([number, { display, pool, position }]) => ({
      number,
      display,
      pool: [...pool].sort(),
      position,
    }));
  }

  /** The numbers of a list in comparable form, each at its place. */
  private async formsOf(
    numbers: readonly string[],
    country: string,
    slices: Slices,
  ): Promise<readonly string[]> {
    const known = this.known.get(numbers);
    if (known?.country === country) return known.forms;
    const forms: string[] = [];
    for (const number of numbers) {
      forms.push(toComparableNumber(number, country));
      if (slices.isOver) await slices.next();
    }
    this.known.set(numbers, { country, forms });
    return forms;
  }
}
