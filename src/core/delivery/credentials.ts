import { usageError } from '../failure.ts';

/** Who we are to the other side, out of the file of --credentials. */
export type Credentials =
  /** A .creds file of NATS: a JWT and the seed of its key. */
  | { readonly kind: 'creds'; readonly text: string }
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string }
  /** Header fields of HTTP, as `Authorization: Bearer …`. */
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string>> };

const HEADER = /^([!#$%&'*+.^_`|~0-9a-z-]+): (.*)$/i;

/** Throws Failure 64 for a file that holds nothing; no message holds anything of it. */
export function parseCredentials(text: string, file: string, protocol: 'nats' | 'otlp'): Credentials {
  if (protocol === 'nats' && text.includes('BEGIN NATS USER JWT')) return { kind: 'creds', text };
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  const [first] = lines;
  if (first === undefined) throw usageError(`--credentials ${file} is empty`);
  if (protocol === 'otlp') {
    const fields = lines.map((line) => HEADER.exec(line));
    if (fields.some((one) => one === null)) {
      throw usageError(`--credentials ${file}: a line is not NAME: VALUE`, { hint: 'Authorization: Bearer TOKEN' });
    }
    return { kind: 'headers', headers: Object.fromEntries(fields.map((one) => [one![1]!, one![2]!.trim()])) };
  }
  if (lines.length > 1) throw usageError(`--credentials ${file} has more than a line, and no JWT`);
  const colon = first.indexOf(':');
  if (colon < 0) return { kind: 'token', token: first.trim() };
  return { kind: 'password', user: first.slice(0, colon).trim(), password: first.slice(colon + 1) };
}
