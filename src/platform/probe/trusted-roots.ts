import fs from 'node:fs';
import tls from 'node:tls';
import { messageOf } from '../../core/failure.ts';
import { readNamedFile } from '../machine/read-named-file.ts';
import { type RootsBySubject, readRoots } from './certificate-chain.ts';
import { CannotAsk } from './resolve-host.ts';

/** Where systems keep the roots they trust: Debian, Fedora, OpenSUSE, Alpine and macOS, in one file each. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];
/** The largest bundles have 300 kB. */
const MOST_BYTES = 16 * 1024 * 1024;

/** The roots for OpenSSL, and as certificates to look issuers up among. */
export interface TrustedRoots {
  readonly context: tls.SecureContext;
  readonly bySubject: RootsBySubject;
}

let made: (TrustedRoots & { readonly of: string }) | null = null;

/**
 * The roots that certificates are verified against: those of the file that SSL_CERT_FILE names, or else the system's,
 * or else node's own; those of NODE_EXTRA_CA_CERTS are added. Made once, which takes about 30 ms. Throws CannotAsk when
 * a named file has no certificates.
 */
export function trustedRoots(): TrustedRoots {
  const { SSL_CERT_FILE = '', NODE_EXTRA_CA_CERTS = '' } = process.env;
  const of = `${SSL_CERT_FILE}\n${NODE_EXTRA_CA_CERTS}`;
  if (made?.of === of) return made;
  const ca = rootsOf(SSL_CERT_FILE, NODE_EXTRA_CA_CERTS);
  let context: tls.SecureContext;
  try {
    context = tls.createSecureContext({ ca });
  } catch (error) {
    throw new CannotAsk(`the roots that are trusted here cannot be read: ${messageOf(error)}`);
  }
  made = { of, context, bySubject: readRoots(ca) };
  return made;
}

/** The same as PEM, for libraries that make a context of their own. Throws CannotAsk as trustedRoots. */
export function trustedPem(): string {
  const { SSL_CERT_FILE = '', NODE_EXTRA_CA_CERTS = '' } = process.env;
  return rootsOf(SSL_CERT_FILE, NODE_EXTRA_CA_CERTS).join('\n');
}

function rootsOf(file: string, extra: string): string[] {
  const system = file === '' ? firstOf(BUNDLES) : named('SSL_CERT_FILE', file);
  const ca = system === null ? [...tls.rootCertificates] : [system];
  if (extra !== '') ca.push(named('NODE_EXTRA_CA_CERTS', extra));
  return ca;
}

/** Makes them before anything is timed; each probe reports what is wrong with them. */
export function prepareRoots(): void {
  try {
    trustedRoots();
  } catch (error) {
    if (!(error instanceof CannotAsk)) throw error;
  }
}

function named(variable: string, file: string): string {
  const pem = readPem(file);
  if (pem === null) throw new CannotAsk(`${variable}: no certificates in ${file}`);
  return pem;
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
    const pem = size <= MOST_BYTES ? readNamedFile(file, 'latin1') : '';
    return pem.includes('-----BEGIN ') ? pem : null;
  } catch {
    return null;
  }
}
