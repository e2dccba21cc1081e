import { createHash } from 'node:crypto';
import { type Hello, isGrease } from './tls-hello.ts';

/** JA3 (github.com/salesforce/ja3): MD5 of the numbers of a ClientHello, GREASE left out. */
export function ja3(hello: Hello): string {
  const joined = (values: readonly number[]): string => values.filter((value) => !isGrease(value)).join('-');
  const { legacyVersion, ciphers, extensions, groups, pointFormats } = hello;
  const text = [legacyVersion, joined(ciphers), joined(extensions), joined(groups), pointFormats.join('-')].join(',');
  return remember(md5s, text, 'md5');
}

const SERVER_NAME = 0;
const ALPN = 16;
const VERSIONS: Readonly<Record<number, string>> = {
  772: '13',
  771: '12',
  770: '11',
  769: '10',
  768: 's3',
  2: 's2',
  65279: 'd1',
  65277: 'd2',
  65276: 'd3',
};

/**
 * JA4 (github.com/FoxIO-LLC/ja4, technical details of the TLS client fingerprint): `t13d1516h2_8daaf6152771_e5627efa2ab1`.
 * `transport` is `t` for TCP, `q` for QUIC and `d` for DTLS.
 */
export function ja4(hello: Hello, transport: 't' | 'q' | 'd'): string {
  const ciphers = hello.ciphers.filter((value) => !isGrease(value)).map(hex4);
  const extensions = hello.extensions.filter((value) => !isGrease(value));
  const named = extensions.filter((type) => type !== SERVER_NAME && type !== ALPN).map(hex4);
  const signatures = hello.signatureAlgorithms.filter((value) => !isGrease(value)).map(hex4);
  const offered = hello.versions.filter((value) => !isGrease(value));
  const version = offered.length > 0 ? highest(offered, transport) : hello.legacyVersion;
  const head = [
    transport,
    VERSIONS[version] ?? '00',
    extensions.includes(SERVER_NAME) ? 'd' : 'i',
    twoDigits(ciphers.length),
    twoDigits(extensions.length),
    alpnLetters(hello.alpn[0]),
  ].join('');
  const sorted = named.sort().join(',');
  const tail = signatures.length > 0 ? `${sorted}_${signatures.join(',')}` : sorted;
  return `${head}_${ciphers.length === 0 ? NOTHING : hash12(ciphers.sort().join(','))}_${named.length === 0 ? NOTHING : hash12(tail)}`;
}
const NOTHING = '000000000000';

/** DTLS counts its versions downwards. */
function highest(versions: readonly number[], transport: string): number {
  return transport === 'd' ? Math.min(...versions) : Math.max(...versions);
}

const hex4 = (value: number): string => value.toString(16).padStart(4, '0');
const twoDigits = (count: number): string => String(Math.min(99, count)).padStart(2, '0');
const hash12 = (text: string): string => remember(sha256s, text, 'sha256').slice(0, 12);

/** First and last letter of the first protocol offered; of its hexadecimal form when one is no letter or digit. */
function alpnLetters(name: string | undefined): string {
  if (name === undefined || name === '') return '00';
  const first = name[0]!;
  const last = name.at(-1)!;
  if (/[0-9A-Za-z]/.test(first) && /[0-9A-Za-z]/.test(last)) return first + last;
  const hex = Buffer.from(name, 'latin1').toString('hex');
  return hex[0]! + hex.at(-1)!;
}

/** Digests made before: few programs make most of the hellos, and a digest costs 4 µs. */
const md5s = new Map<string, string>();
const sha256s = new Map<string, string>();
const MOST_REMEMBERED = 4096;

function remember(digests: Map<string, string>, text: string, algorithm: 'md5' | 'sha256'): string {
  let digest = digests.get(text);
  if (digest === undefined) {
    digest = createHash(algorithm).update(text).digest('hex');
    if (digests.size >= MOST_REMEMBERED) digests.clear();
    digests.set(text, digest);
  }
  return digest;
}
