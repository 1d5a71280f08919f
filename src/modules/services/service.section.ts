import { Injectable } from '@nestjs/common';
import { resourceGroupSection } from '../access-resources/index.js';
import type { ServiceType } from './service-type.js';
import { ServiceTypes } from './service-types.js';
import type {
  RawOptions,
  ReportFault,
  SectionRules,
  Sections,
  SectionSchema,
} from '../../core/settings/index.js';

/** A configured service: a base service with some of its parameters decided. */
export interface ConfiguredService {
  readonly type: ServiceType;
  readonly options: unknown;
}

/**
 * The sections `service.<name>` (README.md, Sections and options). Option
 * names are known with and without their leading underscore; `service` and `name` are one option.
 */
@Injectable()
export class ServiceSection implements SectionRules {
  readonly schema: SectionSchema<ConfiguredService | undefined>;

  constructor(private readonly types: ServiceTypes) {
    this.schema = {
      name: 'service.',
      parse: (given, report) => this.parse(given, report),
      isSecret: () => false,
      nameOf: canonicalOptionName,
    };
  }

  checkReferences(
    sections: Sections,
    report: (section: string, option: string, problem: string) => void,
  ): void {
    const groups = sections.all(resourceGroupSection);
    for (const [name, service] of sections.all(this.schema)) {
      const group = service?.type.resourceGroupOf?.(service.options);
      if (group !== undefined && !groups.has(group)) {
        const problem = `names the resource group ${JSON.stringify(group)}, which is not configured`;
        report(`service.${name}`, '_resource_group', problem);
      }
    }
  }

  private parse(given: RawOptions, report: ReportFault): ConfiguredService | undefined {
    const { type: kind, service, name, ...options } = withoutUnderscores(given, report);
    if (!isBuiltin(kind)) report('_type', 'takes builtin (or built-in)');
    if (service !== undefined && name !== undefined && service !== name) {
      report('name', 'is the same option as _service and says something else');
    }
    const base = service ?? name;
    const type = typeof base === 'string' ? this.types.find(base) : undefined;
    if (type === undefined) {
      report('_service', `takes the name of a base service: ${this.types.names.join(', ')}`);
      return undefined;
    }
    const noted: ReportFault = (option, takes) => {
      report(`_${option}`, takes);
    };
    return { type, options: type.parseOptions(options, noted) };
  }
}

function isBuiltin(kind: unknown): boolean {
  return typeof kind === 'string' && /^built-?in$/i.test(kind.trim());
}

/** The option's name without underscore; `name` is another word for `service`. */
function canonicalOptionName(written: string): string {
  const option = written.replace(/^_/, '');
  return option === 'name' ? 'service' : option;
}

function withoutUnderscores(given: RawOptions, report: ReportFault): Record<string, unknown> {
  const options = new Map<string, unknown>();
  for (const [written, value] of Object.entries(given)) {
    const option = written.replace(/^_/, '');
    if (options.has(option)) report(written, 'is written twice, with and without underscore');
    options.set(option, value);
  }
  return Object.fromEntries(options);
}
