import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { citationFaults } from '../../scripts/lib/citations.mjs';

/** Apart, so that what stands in a fixture is no comment of this file. */
const slashes = '//';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'opengms-citations-'));
  mkdirSync(join(root, 'docs'));
  writeFileSync(
    join(root, 'docs/pages.md'),
    '# Pages\n## Chat\n### Delivery\n## Push\n### Delivery\n### Ids, time\n',
  );
});
afterEach(() => rmSync(root, { recursive: true }));

/** What is wrong with the comments of one file. */
function faultsOf(source: string): string[] {
  writeFileSync(join(root, 'a.ts'), source);
  return citationFaults(root, ['a.ts']);
}

describe('a comment is refused that cites', () => {
  it.each([
    ['a page without its folder', '/** Keeps it (pages.md, Chat). */'],
    ['a page that is not there', 'const a = 1;\n// docs/other.md: as it says'],
    ['a heading that is not there', '/** Keeps it (docs/pages.md, Chats). */'],
    [
      'a heading over two lines that is not there',
      '/**\n * Keeps it (docs/pages.md,\n * Chats).\n */',
    ],
    ['a second heading that is not there', '// docs/pages.md, Chat; Calls'],
    ['a heading that stands twice', '// docs/pages.md, Delivery'],
    ['a page behind code', `const a = '1'; ${slashes} as stack.md has it`],
    ['a contract kept elsewhere', '// contract: what a client may ask'],
    ['a design kept elsewhere', '// The fastest of four (design, measured).'],
  ])('%s', (_name, source) => {
    expect(faultsOf(`${source}\nexport {};\n`)).toEqual([expect.stringMatching(/^a\.ts:\d+: /)]);
  });
});

it('a comment may cite a page, its headings, and one below another', () => {
  const fine = [
    '/** Keeps it (docs/pages.md). */',
    '// docs/pages.md, Push, Delivery; Ids, time: the order is kept',
    '/**\n * Keeps it (docs/pages.md, Ids,\n * time); docs/pages.md, as was said.\n */',
    `export const a = 'pages.md'; ${slashes} no page is named here`,
  ];
  expect(faultsOf(fine.join('\n\n'))).toEqual([]);
});
