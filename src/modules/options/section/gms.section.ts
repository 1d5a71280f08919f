import { defineSection, wholeNumber, refuseTrustSwitches } from '../../../core/settings/index.js';

/** The options of section `gms` (README.md, Sections and options). */
export interface GmsOptions {
  /** Seconds. */
  readonly 'http.connection_timeout': number;
  /** Seconds. */
  readonly 'http.socket_timeout': number;
  readonly 'http.max_connections_per_route': number;
}

export const gmsSection = refuseTrustSwitches(
  defineSection<GmsOptions>('gms', {
    'http.connection_timeout': wholeNumber(10, 1, 600),
    'http.socket_timeout': wholeNumber(10, 1, 600),
    'http.max_connections_per_route': wholeNumber(20, 1, 1000),
  }),
);
