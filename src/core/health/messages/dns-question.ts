import { domainToASCII } from 'node:url';
import { usageError } from '../../failure.ts';
import { meansItself } from '../../net/host-name.ts';
import { didYouMean } from '../../suggest.ts';
import { dnsTypeName } from '../../wire/app/dns/dns-codes.ts';
import type { Target } from '../target.ts';

/** What a dns, dot or doh target asks, and how. */
export interface DnsQuestion {
  /** In ASCII, without the dot at its end; empty for the root. */
  readonly name: string;
  /** RFC 1035, 3.2.2. */
  readonly type: number;
  /** dns:// asks over UDP, and over TCP what was truncated; or over TCP at once. */
  readonly transport: 'udp' | 'tcp';
  /** How doh:// asks (RFC 8484, 4.1). */
  readonly method: 'GET' | 'POST';
  /** Where doh:// asks. */
  readonly path: string;
}

const NS = 2;
export const A = 1;
export const AAAA = 28;
const NAMED_TYPES = 258;
/** They ask for a transfer, or are no question: OPT, TKEY, TSIG, IXFR, AXFR. */
const NO_QUESTIONS: ReadonlySet<number> = new Set([41, 249, 250, 251, 252]);
const TYPES: ReadonlyMap<string, number> = new Map(
  Array.from({ length: NAMED_TYPES }, (_, type): [string, number] => [dnsTypeName(type), type]).filter(
    ([name, type]) => type > 0 && !/^TYPE\d/.test(name) && !NO_QUESTIONS.has(type),
  ),
);
const LONGEST_NAME = 253;
/** What may stand in a label: anything that is printed, but what separates and escapes. */
const LABEL = /^[!-[\]-~]{1,63}$/;

type Key = 'type' | 'transport' | 'method' | 'path';
const KEYS: Readonly<Partial<Record<Target['kind'], readonly Key[]>>> = {
  dns: ['type', 'transport'],
  dot: ['type'],
  doh: ['type', 'method', 'path'],
};

/**
 * Reads what follows the server: `/example.org?type=AAAA`. Without a type it is A, without a name it is NS of the root, which
 * every resolver knows. Throws a Failure 64 with the place of what is wrong.
 */
export function dnsQuestionOf(target: Target): DnsQuestion {
  const { text, path, kind } = target;
  const queryAt = path.indexOf('?');
  const typed = queryAt < 0 ? path : path.slice(0, queryAt);
  const from = text.length - path.length;
  const name = nameOf(typed.replace(/^\//, ''));
  if (name === null) throw wrong(text, from, typed.length, `"${typed.slice(1)}" is no name`, `${kind}://SERVER/NAME`);
  const asked = { type: name === '' ? NS : A, transport: 'udp', method: 'POST', path: '/dns-query' } as const;
  const said: Partial<Record<Key, string | number>> = {};
  let at = from + queryAt + 1;
  for (const pair of queryAt < 0 ? [] : path.slice(queryAt + 1).split('&')) {
    const [word = '', ...rest] = pair.split('=');
    const key = KEYS[kind]?.find((one) => one === word.toLowerCase());
    if (key === undefined) {
      const hint = didYouMean(word, KEYS[kind] ?? [], `${kind}:// takes ${KEYS[kind]?.join(', ')}`);
      throw wrong(text, at, word.length, `unknown parameter "${word}"`, hint);
    }
    const value = decodePercent(rest.join('='));
    const read = value === null ? null : READ[key](value);
    if (read === null) {
      const shown = rest.join('=');
      throw wrong(text, at + word.length + 1, shown.length, `"${shown}" is no ${key}`, HINTS[key]);
    }
    said[key] = read;
    at += pair.length + 1;
  }
  return { name, ...asked, ...said } as DnsQuestion;
}

/** The question in the form that is compared: equal questions should get equal answers. */
export function questionKey({ name, type }: DnsQuestion): string {
  return `${name.toLowerCase()} ${type}`;
}

const READ: Readonly<Record<Key, (value: string) => string | number | null>> = {
  type: (value) => {
    const number = /^TYPE([0-9]{1,5})$/i.exec(value)?.[1];
    const type = number === undefined ? (TYPES.get(value.toUpperCase()) ?? 0) : Number(number);
    return type > 0 && type < 65_536 && !NO_QUESTIONS.has(type) ? type : null;
  },
  transport: (value) => (value === 'udp' || value === 'tcp' ? value : null),
  method: (value) => (/^(get|post)$/i.test(value) ? value.toUpperCase() : null),
  path: (value) => (/^\/[!-~]{0,255}$/.test(value) && !/[#?]/.test(value) ? value : null),
};

const HINTS: Readonly<Record<Key, string>> = {
  type: `types are ${['A', 'AAAA', 'NS', 'MX', 'TXT', 'SOA', 'SRV', 'PTR', 'HTTPS'].join(' ')} and others, or TYPE65`,
  transport: 'udp or tcp',
  method: 'get or post',
  path: 'path=/dns-query',
};

function nameOf(typed: string): string | null {
  const whole = decodePercent(typed);
  if (whole === null) return null;
  const bare = whole.endsWith('.') ? whole.slice(0, -1) : whole;
  if (bare === '') return '';
  const isAscii = /^[ -~]*$/.test(bare);
  if (!isAscii && !meansItself(bare)) return null;
  const name = isAscii ? bare : domainToASCII(bare);
  return name.length <= LONGEST_NAME && name.split('.').every((label) => LABEL.test(label)) ? name : null;
}

function decodePercent(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function wrong(text: string, column: number, length: number, message: string, hint: string | null): Error {
  return usageError(message, { hint, place: { text, column, length: Math.max(1, length) } });
}
