import { defineSection, wholeNumber } from '../../core/settings/index.js';

/**
 * The options of section `cometd` (README.md, Sections and options); times in the unit that the
 * comment names.
 */
export interface CometdOptions {
  /** Milliseconds that a connect is held at most. */
  readonly timeout: number;
  /** Seconds without a connect after which a session is lost. */
  readonly max_interval: number;
  /** Seconds for which a lost session's place in the log is kept for its user. */
  readonly retention: number;
  readonly max_sessions_per_user: number;
  /** Undelivered events of a session; with more it is dropped. */
  readonly max_queue: number;
  readonly max_sessions_per_node: number;
  /** Handshakes that one node takes in a second. */
  readonly max_handshake_rate: number;
  /** Handshakes of one address (of IPv6 one /64) that one node takes in a second. */
  readonly max_handshake_rate_per_address: number;
}

const day = 86_400;

export const cometdSection = defineSection<CometdOptions>('cometd', {
  timeout: wholeNumber(60_000, 1000, 600_000),
  max_interval: wholeNumber(60, 1, day),
  retention: wholeNumber(600, 0, day),
  max_sessions_per_user: wholeNumber(20, 1, 10_000),
  max_queue: wholeNumber(1000, 1, 100_000),
  max_sessions_per_node: wholeNumber(50_000, 1, 1_000_000),
  max_handshake_rate: wholeNumber(1000, 1, 100_000),
  max_handshake_rate_per_address: wholeNumber(200, 1, 100_000),
});
