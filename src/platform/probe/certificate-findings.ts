import type { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate } from 'node:tls';
import type { Findings } from '../../core/health/prober.ts';
import { isoTimeOf } from '../../core/instant.ts';
import { endOf } from './certificate-chain.ts';

const MOST_NAME = 200;
const DAY_MS = 86_400_000;

/**
 * What a server's certificate and those that it depends on say; `now` is the wall clock in milliseconds.
 */
export function certificateFindings(
  leaf: DetailedPeerCertificate,
  chain: readonly X509Certificate[],
  now: number,
): Findings {
  if (chain.length === 0) return { tls_certificates: 0 };
  const ends = chain.map(endOf).filter((end) => !Number.isNaN(end));
  const first = ends.length === 0 ? null : Math.min(...ends);
  return {
    tls_issuer: nameOf(leaf.issuer),
    tls_subject: nameOf(leaf.subject),
    tls_expires: first === null ? null : isoTimeOf(first),
    tls_days: first === null ? null : Math.floor((1000 * (first - now)) / DAY_MS) / 1000,
    tls_certificates: chain.length,
  };
}

/** `CN=example.org, O=Example`; null for a name without parts. */
function nameOf(name: object | undefined): string | null {
  const parts = Object.entries(name ?? {}).map(([key, value]) => `${key}=${[value].flat().join('+')}`);
  // the common name stands last in the certificate and is looked for first
  parts.sort((a, b) => Number(b.startsWith('CN=')) - Number(a.startsWith('CN=')));
  return parts.length === 0 ? null : shorten(parts.join(', '), MOST_NAME);
}

/** The text, or its beginning when it is longer than `most` characters. */
export function shorten(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
