import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  Scalar,
  type YAMLMap,
  stringify,
} from 'yaml';
// By their own files: the thread that reads this would take seconds to load all of the settings.
import { type Fault, positionFault } from '../../../core/settings/domain/fault.js';
import { FaultList, type FoundFaults } from '../../../core/settings/domain/fault-list.js';
import {
  type RawSections,
  type WrittenSections,
} from '../../../core/settings/domain/section-schema.js';

/** What a text holds; the sections count only as far as there is no fault. */
export interface YamlSections {
  readonly sections: RawSections;
  readonly faults: FoundFaults;
}

/** What a thread is to read, or to write. */
export type YamlTask = { readonly text: string } | { readonly sections: WrittenSections };

/** One mistake in YAML often looks like many; the first ones tell. */
const maxSyntaxFaults = 20;

/** Options nest two or three levels; what is deeper was made to exhaust a stack. */
const maxDepth = 20;

/** What YAML's own words for data may be called; any other tag would be an instruction. */
const plainTags = new Set(
  ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map((tag) => `tag:yaml.org,2002:${tag}`),
);

/**
 * Reads a YAML text of sections, each a map of options. Nothing is changed silently: a number is
 * taken as its text when JavaScript would print it otherwise (`0800`, `1.10`, 20 digits), a name
 * that stands twice is a fault, and so are tags and aliases.
 */
export function readYaml(text: string): YamlSections {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      // Not 'silent': several documents would be read as the first.
      logLevel: 'error',
      merge: false,
      // The words of the parser cite the text, which may hold secrets.
      prettyErrors: false,
      resolveKnownTags: false,
      schema: 'core',
      // The parser compares each with each; the reader below has a map.
      uniqueKeys: false,
    });
    const syntax = syntaxFaults(document, lines);
    return syntax.length > 0
      ? refusedText(syntax)
      : new SectionReader(lines).read(document.contents);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return refusedText([positionFault(1, 1, 'is nested too deep')]);
  }
}

/** What is left of a text that holds no sections. */
export function refusedText(faults: readonly Fault[]): YamlSections {
  return { sections: new Map(), faults: { listed: faults, count: faults.length } };
}

function syntaxFaults(document: Document.Parsed, lines: LineCounter): Fault[] {
  return [...document.errors, ...document.warnings]
    .slice(0, maxSyntaxFaults)
    .map(({ code, pos: [offset] }) => {
      const { line, col } = lines.linePos(offset);
      return positionFault(line, col, syntaxFaultWords(code));
    });
}

function syntaxFaultWords(code: string): string {
  switch (code) {
    case 'MULTIPLE_DOCS':
      return 'takes one YAML document';
    case 'TAG_RESOLVE_FAILED':
      return 'takes no tags';
    case 'BAD_ALIAS':
      return 'takes no aliases';
    default:
      return `is not YAML (${code.toLowerCase().replaceAll('_', ' ')})`;
  }
}

/** Reads what the parser found, noting faults with their places. */
class SectionReader {
  private readonly faults = new FaultList();

  constructor(private readonly lines: LineCounter) {}

  read(contents: unknown): YamlSections {
    if (!isMap(contents)) {
      this.addFault(contents, 'takes a map of sections');
      return { sections: new Map(), faults: this.found };
    }
    const sections = new Map<string, unknown>();
    this.readPairs(contents, 1, (name, value) => {
      // A section of which every option is commented out.
      sections.set(name, value ?? {});
    });
    return { sections, faults: this.found };
  }

  /** Without methods, which do not go from one thread to another. */
  private get found(): FoundFaults {
    return { listed: this.faults.listed, count: this.faults.count };
  }

  private readValue(node: unknown, depth: number): unknown {
    if (node === null || node === undefined) return null;
    if (depth > maxDepth) {
      this.addFault(node, `is nested deeper than ${String(maxDepth)} levels`);
      return null;
    }
    if (isAlias(node)) {
      this.addFault(node, 'takes no aliases');
      return null;
    }
    if (isNode(node) && node.tag !== undefined && !plainTags.has(node.tag)) {
      this.addFault(node, 'takes no tags');
      return null;
    }
    if (isScalar(node)) return valueOf(node);
    if (isSeq(node)) return node.items.map((item) => this.readValue(item, depth + 1));
    if (isMap(node)) {
      const members: [string, unknown][] = [];
      this.readPairs(node, depth + 1, (name, value) => members.push([name, value]));
      return Object.fromEntries(members);
    }
    return null;
  }

  private readPairs(
    map: YAMLMap,
    depth: number,
    note: (name: string, value: unknown) => void,
  ): void {
    const seen = new Set<string>();
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? (key.source ?? '') : undefined;
      if (name === undefined) {
        this.addFault(key, 'takes a plain name');
      } else if (seen.has(name)) {
        this.addFault(key, `${JSON.stringify(name.slice(0, 150))} stands here twice`);
      } else {
        seen.add(name);
        note(name, this.readValue(value, depth));
      }
    }
  }

  private addFault(node: unknown, words: string): void {
    this.faults.note(() => {
      const { line, col } = this.lines.linePos(isNode(node) ? (node.range?.[0] ?? 0) : 0);
      return positionFault(line, col, words);
    });
  }
}

function valueOf(scalar: Scalar): unknown {
  const { value, source } = scalar;
  if (typeof value !== 'number' || scalar.type !== Scalar.PLAIN) return value;
  return source === undefined || String(value) === source ? value : source;
}

/** Writes sections so that `readYaml` finds exactly the same names and values. */
export function writeYaml(sections: WrittenSections): string {
  return stringify(sections, { aliasDuplicateObjects: false, lineWidth: 0, schema: 'core' });
}
