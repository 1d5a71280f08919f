import type { RawOptions, ReportFault, SectionSchema } from './domain/section-schema.js';

const trustSwitchPattern = /trust_?all|insecure|reject_?unauthorized|verify|ignore_/i;
const trustSwitchRefusal =
  'is not taken: certificates are always verified; give the certificate of a private authority to the server with NODE_EXTRA_CA_CERTS';

/**
 * A section about calls to others. Migrating operators bring options that turn the verification of
 * certificates off: they are told what to do instead.
 */
export function refuseTrustSwitches<Options>(
  schema: SectionSchema<Options>,
): SectionSchema<Options> {
  return {
    ...schema,
    parse(given: RawOptions, report: ReportFault): Options {
      const kept = Object.entries(given).filter(([name]) => {
        if (!trustSwitchPattern.test(name)) return true;
        report(name, trustSwitchRefusal);
        return false;
      });
      return schema.parse(Object.fromEntries(kept), report);
    },
  };
}
