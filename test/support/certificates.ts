import forge from 'node-forge';

/** A certificate with its key, PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** An authority of a test's own, and what it issues. */
export interface Authority {
  /** PEM, for NODE_EXTRA_CA_CERTS. */
  readonly cert: string;
  /** A server's, for 127.0.0.1 and localhost. @param days until it ends; negative: it has ended */
  issue(days?: number): Certificate;
  /** A client's, as PKCS#12 in base64. */
  issueClient(name: string, password: string): string;
}

const { pki, pkcs12, asn1, util } = forge;
let serial = 1;

export function createAuthority(): Authority {
  const keys = pki.rsa.generateKeyPair(2048);
  const subject = [{ name: 'commonName', value: 'OpenGMS test authority' }];
  const root = certificate(keys.publicKey, subject, 10, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
  ]);
  root.setIssuer(subject);
  root.sign(keys.privateKey, forge.md.sha256.create());
  const issued = pki.rsa.generateKeyPair(2048);
  const issue = (name: string, days: number, extensions: object[]): forge.pki.Certificate => {
    const one = certificate(
      issued.publicKey,
      [{ name: 'commonName', value: name }],
      days,
      extensions,
    );
    one.setIssuer(subject);
    one.sign(keys.privateKey, forge.md.sha256.create());
    return one;
  };
  return {
    cert: pki.certificateToPem(root),
    issue: (days = 5) => ({
      cert: pki.certificateToPem(
        issue('localhost', days, [
          {
            name: 'subjectAltName',
            altNames: [
              { type: 2, value: 'localhost' },
              { type: 7, ip: '127.0.0.1' },
            ],
          },
        ]),
      ),
      key: pki.privateKeyToPem(issued.privateKey),
    }),
    issueClient: (name, password) => {
      const one = issue(name, 5, [{ name: 'extKeyUsage', clientAuth: true }]);
      const p12 = pkcs12.toPkcs12Asn1(issued.privateKey, [one], password, { algorithm: '3des' });
      return util.encode64(asn1.toDer(p12).getBytes());
    },
  };
}

function certificate(
  publicKey: forge.pki.PublicKey,
  subject: forge.pki.CertificateField[],
  days: number,
  extensions: object[],
): forge.pki.Certificate {
  const one = pki.createCertificate();
  one.publicKey = publicKey;
  one.serialNumber = String(serial++).padStart(4, '0');
  const day = 86_400_000;
  one.validity.notBefore = new Date(Date.now() - 20 * day);
  one.validity.notAfter = new Date(Date.now() + days * day);
  one.setSubject(subject);
  one.setExtensions(extensions);
  return one;
}
