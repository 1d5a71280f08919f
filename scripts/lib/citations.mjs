import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Comments that cite what a reader of this repository cannot open. A page is cited by its path from
 * the checkout's folder, and behind a comma by its headings:
 * `docs/compatibility.md, Notification, Delivery; Channels: what the comment says of it`.
 * A heading that stands twice in its page wants the one above it before it.
 * @param files paths relative to `root`, with `/`, of the sources to read
 * @returns one line a fault, with file and line of the comment
 */
export function citationFaults(root, files) {
  return files.flatMap((file) =>
    commentsOf(readFileSync(join(root, file), 'utf8')).flatMap(({ line, text }) =>
      faultsOf(root, text).map((fault) => `${file}:${line}: ${fault}`),
    ),
  );
}

/** Comments as one line each, with the line where they begin; neighbouring lines are one. */
function commentsOf(source) {
  const comments = [];
  let open = false;
  for (const [at, row] of source.split('\n').entries()) {
    const whole = /^\s*(?:\/\/+|\/\*+|\*(?!\w))(.*?)(?:\*\/)?\s*$/.exec(row);
    const behind = /[;,{})\]]\s+\/\/ (.*)$/.exec(row);
    const text = (whole ?? behind)?.[1];
    if (text === undefined) open = false;
    else if (open && whole) comments.at(-1).text += ` ${text.trim()}`;
    else open = comments.push({ line: at + 1, text: text.trim() }) > 0;
  }
  return comments;
}

function faultsOf(root, text) {
  const faults = [];
  if (/\b[Cc]ontract[:,] |\(design\b|\bshared\/(contract|design)\b/.test(text)) {
    faults.push('cites a contract or a design, which are no pages of this repository');
  }
  for (const { 0: path, index } of text.matchAll(
    /(?<![\w/.-])(?:(?:[\w.-]+\/)*[\w-]+\.md\b|docs\/[\w/.-]*\w)/g,
  )) {
    if (!existsSync(join(root, path))) faults.push(`cites ${path}, which is not there`);
    else if (path.endsWith('.md')) {
      const heading = unknownHeading(headingsOf(root, path), text.slice(index + path.length));
      if (heading !== undefined) faults.push(`${path} has no heading “${heading}”, or several`);
    }
  }
  return faults;
}

/** What stands where a heading is cited and is none; undefined when all of them are there. */
function unknownHeading(headings, behind) {
  let rest = behind;
  for (let depth = 0; /^[,;] /.test(rest); depth++) {
    const cited = rest.slice(2);
    const found = headings.find(
      (heading) => cited.startsWith(heading) && !/^\w/.test(cited.slice(heading.length)),
    );
    const isCertain = depth > 0 || headings.filter((heading) => heading === found).length === 1;
    if (found !== undefined && isCertain) rest = cited.slice(found.length);
    // Prose goes on in small letters; another page has its own turn.
    else if (found === undefined && !/^[A-Z0-9`]/.test(cited)) return undefined;
    else if (/^[A-Z]+\.md\b/.test(cited)) return undefined;
    else return /^[^,;:).]*/.exec(cited)[0];
  }
  return undefined;
}

const known = new Map();

/** The headings of a page, the longest first. */
function headingsOf(root, path) {
  const file = join(root, path);
  if (!known.has(file)) {
    const rows = readFileSync(file, 'utf8').matchAll(/^#+ (.*\S)\s*$/gm);
    known.set(
      file,
      [...rows].map(([, heading]) => heading).sort((a, b) => b.length - a.length),
    );
  }
  return known.get(file);
}
