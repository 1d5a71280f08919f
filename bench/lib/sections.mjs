import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Numbers of the one resource group; more than one measurement books. */
export const numbers = { first: 18_000_000_000, count: 20_000 };

/** Seconds; longer than any measurement, so that no booking ends in the middle of one. */
export const bookingSeconds = 1800;

/** Writes the server's configuration and returns the file's path. JSON is YAML as well. */
export function writeSections(folder) {
  const file = join(folder, 'gms.yaml');
  const builtin = { _type: 'builtin' };
  const sections = {
    push: { pushEnabled: 'comet, httpcb', publish_mode: 'async' },
    // All clients call from one address.
    cometd: { max_handshake_rate: 100_000, max_handshake_rate_per_address: 100_000 },
    security: { allowed_callback_networks: ['127.0.0.1'] },
    'service.request-interaction': {
      ...{ ...builtin, _service: 'request-interaction' },
      ...{ _resource_group: 'bench', _ttl: bookingSeconds },
    },
    'service.match-interaction': { ...builtin, _service: 'match-interaction' },
    'resources.bench': {
      _allocation_strategy: 'CLUSTER',
      _booking_expiration_timeout: bookingSeconds,
      numbers: Array.from({ length: numbers.count }, (_, index) => String(numbers.first + index)),
    },
  };
  writeFileSync(file, JSON.stringify(sections));
  return file;
}
