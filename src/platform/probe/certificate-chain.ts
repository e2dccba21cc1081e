import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate } from 'node:tls';

/** The roots that are trusted, by the text of their subject. */
export type RootsBySubject = ReadonlyMap<string, readonly X509Certificate[]>;

const MOST_CERTIFICATES = 100;

/** Which certificates are judged, from that of the server on. */
export interface JudgedChain {
  readonly chain: readonly X509Certificate[];
  /** Whether it leads to a root that is trusted here; the certificates are otherwise only those that the server sent. */
  readonly isRooted: boolean;
}

/**
 * The certificates on which that of a server depends, as OpenSSL finds them (openssl-verification-options(1),
 * -trusted_first): the issuer of each is looked for among the roots, then among those that the server sent; one that is valid
 * now goes before others. What the server sent besides is left out. Node tells which were sent, not which were used: of a chain that is
 * `verified` nothing can have expired, so it is known up to such a certificate.
 */
export function judgedChain(
  leaf: DetailedPeerCertificate,
  roots: RootsBySubject,
  isVerified: boolean,
  now: number,
): JudgedChain {
  const sent = sentWith(leaf);
  const [first] = sent;
  if (first === undefined) return { chain: [], isRooted: false };
  const chain = [first];
  let isRooted = (roots.get(first.subject) ?? []).some((root) => isSame(root, first));
  for (let last = first; chain.length < MOST_CERTIFICATES && !isSelfSigned(last); ) {
    const root = issuerAmong(roots.get(last.issuer) ?? [], last, now);
    const unused = sent.filter((one) => !chain.some((used) => isSame(used, one)));
    const next = root ?? (isRooted ? null : issuerAmong(unused, last, now));
    if (next === null || chain.some((used) => isSame(used, next))) break;
    if (isVerified && !isValid(next, now)) break;
    isRooted ||= root !== null;
    chain.push(next);
    last = next;
  }
  return { chain, isRooted };
}

/** The roots in PEM texts; what is no certificate is left out. */
export function readRoots(pems: readonly string[]): RootsBySubject {
  const roots = new Map<string, X509Certificate[]>();
  for (const pem of pems) {
    for (const [block] of pem.matchAll(BLOCK)) {
      const root = readCertificate(block);
      if (root !== null) roots.set(root.subject, [...(roots.get(root.subject) ?? []), root]);
    }
  }
  return roots;
}
const BLOCK = /-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END \1?CERTIFICATE-----/g;

/** When a certificate ends, in milliseconds since 1970. */
export const endOf = ({ validTo }: X509Certificate): number => Date.parse(validTo);

function sentWith(leaf: DetailedPeerCertificate): readonly X509Certificate[] {
  const sent: X509Certificate[] = [];
  const seen = new Set<string>();
  let next: DetailedPeerCertificate | undefined = leaf;
  while (next?.fingerprint256 !== undefined && !seen.has(next.fingerprint256) && sent.length < MOST_CERTIFICATES) {
    seen.add(next.fingerprint256);
    const certificate = readCertificate(next.raw);
    if (certificate === null) break;
    sent.push(certificate);
    next = next.issuerCertificate;
  }
  return sent;
}

function readCertificate(from: string | Buffer): X509Certificate | null {
  try {
    return new X509Certificate(from);
  } catch {
    return null;
  }
}

/** Of those that may have issued a certificate the first that is valid, or else the one that is so longest. */
function issuerAmong(
  candidates: readonly X509Certificate[],
  issued: X509Certificate,
  now: number,
): X509Certificate | null {
  const issuers = candidates.filter((one) => issued.checkIssued(one));
  const valid = issuers.find((one) => isValid(one, now));
  if (valid !== undefined) return valid;
  return issuers.reduce<X509Certificate | null>(
    (longest, one) => (longest === null || endOf(one) > endOf(longest) ? one : longest),
    null,
  );
}

const isSame = (a: X509Certificate, b: X509Certificate): boolean => a.fingerprint256 === b.fingerprint256;
const isSelfSigned = (one: X509Certificate): boolean => one.subject === one.issuer && one.checkIssued(one);
const isValid = (one: X509Certificate, now: number): boolean => Date.parse(one.validFrom) <= now && now <= endOf(one);
