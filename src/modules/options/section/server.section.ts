import {
  type SectionRules,
  type Sections,
  defineSection,
  oneOf,
  text,
  wholeNumber,
  isBaseUrl,
} from '../../../core/settings/index.js';

/** The options of section `server` (README.md, Sections and options). */
export interface ServerOptions {
  /** What absolute links begin with; empty: what the request itself was sent to. */
  readonly external_url_base: string;
  /** Bytes. */
  readonly max_body_size: number;
  /** Bytes of JSON, or of a form's text together. */
  readonly max_text_size: number;
  /** Bytes of all bodies under way on one node. */
  readonly max_body_memory: number;
  /** Base URLs of remote orchestration servers, with commas between; empty: none. */
  readonly _ors: string;
  readonly _ors_lb_strategy: 'circular' | 'linear';
}

const kibibyte = 1024;
const mebibyte = 1024 ** 2;
const gibibyte = 1024 ** 3;

export const serverSection = defineSection<ServerOptions>('server', {
  external_url_base: text(
    '',
    'an http or https URL without query, or nothing',
    (url) => url === '' || isBaseUrl(url),
  ),
  max_body_size: wholeNumber(10_485_760, kibibyte, gibibyte),
  max_text_size: wholeNumber(1_048_576, kibibyte, 16 * mebibyte),
  max_body_memory: wholeNumber(268_435_456, mebibyte, 64 * gibibyte),
  _ors: text(
    '',
    'http or https URLs without query, with commas between, or nothing',
    (urls) => urls === '' || urls.split(',').every((url) => isBaseUrl(url.trim())),
  ),
  _ors_lb_strategy: oneOf('circular', ['circular', 'linear']),
});

/** A body that could never be held would be refused for ever as one too many. */
export const serverRules: SectionRules = {
  schema: serverSection,
  checkReferences(sections: Sections, report): void {
    const { max_body_memory, max_body_size } = sections.get(serverSection);
    if (max_body_memory < max_body_size) {
      const least = `max_body_size, ${String(max_body_size)}`;
      report('server', 'max_body_memory', `takes at least as much as ${least}`);
    }
  },
};
