import type { GivenOptions, ReportFault, SectionSchema } from './section-schema.js';

const switchesOff = /trust_?all|insecure|reject_?unauthorized|verify|ignore_/i;
const neverOff =
  'is not taken: certificates are always verified; give the certificate of a private authority to the server with NODE_EXTRA_CA_CERTS';

/**
 * A section about calls to others. Migrating operators bring options that turn the verification of
 * certificates off: they are told what to do instead.
 */
export function withoutTrustSwitches<Options>(
  schema: SectionSchema<Options>,
): SectionSchema<Options> {
  return {
    ...schema,
    parse(given: GivenOptions, report: ReportFault): Options {
      const kept = Object.entries(given).filter(([name]) => {
        if (!switchesOff.test(name)) return true;
        report(name, neverOff);
        return false;
      });
      return schema.parse(Object.fromEntries(kept), report);
    },
  };
}
