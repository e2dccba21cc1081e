import fs from 'node:fs';
import tls from 'node:tls';

/** Where systems keep the roots they trust: Debian, Fedora, OpenSUSE, Alpine and macOS, in one file each. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
/** The largest bundles have 300 kB. */
const MOST_BYTES = 16 * 1024 * 1024;

let made: { readonly of: string; readonly context: tls.SecureContext } | null = null;

/**
 * What certificates are verified against: the file SSL_CERT_FILE names, else the system's, else node's own roots; those
 * of NODE_EXTRA_CA_CERTS too. Made once.
 */
export function trustedRoots(): tls.SecureContext {
  const { SSL_CERT_FILE = '', NODE_EXTRA_CA_CERTS = '' } = process.env;
  const of = `${SSL_CERT_FILE}\n${NODE_EXTRA_CA_CERTS}`;
  if (made?.of === of) return made.context;
  const system = SSL_CERT_FILE === '' ? firstOf(BUNDLES) : (readPem(SSL_CERT_FILE) ?? '');
  const extra = NODE_EXTRA_CA_CERTS === '' ? null : readPem(NODE_EXTRA_CA_CERTS);
  const ca = [...(system === null ? tls.rootCertificates : [system]), ...(extra === null ? [] : [extra])];
  const context = tls.createSecureContext({ ca: ca.filter((pem) => pem !== '') });
  made = { of, context };
  return context;
}

function firstOf(files: readonly string[]): string | null {
  for (const file of files) {
    const pem = readPem(file);
    if (pem !== null) return pem;
  }
  return null;
}

function readPem(file: string): string | null {
  try {
    const { size } = fs.statSync(file);
    const pem = size <= MOST_BYTES ? fs.readFileSync(file, 'latin1') : '';
    return pem.includes('-----BEGIN ') ? pem : null;
  } catch {
    return null;
  }
}
