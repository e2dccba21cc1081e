import { formatIp, parseIp } from '../net/ip-address.ts';
import { parsePrefix, prefixTest } from '../net/ip-prefix.ts';
import { suggest } from '../suggest.ts';
import type { Literal } from './expr.ts';
import type { Misfit } from './quantity.ts';
import { quoted } from './source-error.ts';

export type TextTest = (text: string) => boolean;

/** Only an address is written with these; a host name has letters and neither colon nor slash. */
const MEANT_AS_ADDRESS = /^[\d.]+$|[:/%]/;
/** What fields of addresses hold where there is none: the destination of a default route, any address. */
const NO_ADDRESS: ReadonlySet<string> = new Set(['default', '*']);
const ADDRESS_HINT = 'as in 10.0.0.1, 10.0.0.0/8, 2001:db8::1';
const MAC = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i;

/** Other spellings: of TCP states as ss and netstat write them, and of severities, without dashes and underscores. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['estab', 'established'],
  ['warning', 'warn'],
  ['synreceived', 'synrecv'],
  ['closed', 'close'],
  ['listening', 'listen'],
  ['unconnected', 'unconn'],
]);

/**
 * Equality with a text: exact, but in any case and spelling (`estab`, `TIME-WAIT`) where the values are a closed set.
 * A text outside the set is a misfit.
 */
export function equalsText(text: string, values: readonly string[] | null, misfit: Misfit): TextTest {
  if (values === null) return (value) => value === text;
  const wanted = oneOf(text, values, misfit);
  return (value) => value === wanted;
}

/** The value of a closed set that the text stands for, in any case and spelling. A text outside the set is a misfit. */
export function oneOf(text: string, values: readonly string[], misfit: Misfit): string {
  const wanted = spelledAs(text, values);
  if (wanted !== undefined) return wanted;
  const near = suggest(text, values);
  throw misfit(
    `no such value: ${quoted(text)}`,
    near === null ? `one of ${values.join(', ')}` : `did you mean ${near}?`,
  );
}

/** The value that the text is another spelling of. */
export function spelledAs(text: string, values: readonly string[]): string | undefined {
  return values.find((value) => fold(value) === fold(text));
}

function fold(value: string): string {
  const plain = value.toLowerCase().replace(/[-_ ]/g, '');
  return SYNONYMS.get(plain) ?? plain;
}

/**
 * Equality with an address in any spelling, or being inside a CIDR block. Fields hold a name where there is no address:
 * a quoted one is compared as it is, in any case. A word that is no address is a misfit, `default` and `*` excepted;
 * `hasNames` says whether the names of addresses stand in another field.
 */
export function equalsAddress({ text, quoted: isQuoted }: Literal, hasNames: boolean, misfit: Misfit): TextTest {
  const prefix = parsePrefix(text);
  if (prefix !== null) return prefixTest(prefix);
  const [head = '', zone] = text.split('%');
  const address = parseIp(head);
  if (address !== null && zone) {
    const scoped = `${formatIp(address)}%${zone}`;
    return (value) => value === scoped;
  }
  const name = text.toLowerCase();
  if (!isQuoted && !NO_ADDRESS.has(name) && !MAC.test(text)) {
    const byName = hasNames && !MEANT_AS_ADDRESS.test(text);
    const hint = byName ? `as in 127.0.0.1; by name, with --resolve: remote_host == ${quoted(text)}` : ADDRESS_HINT;
    throw misfit(`${quoted(text)} is not an address`, hint);
  }
  return (value) => value.toLowerCase() === name;
}

/** Equality with an element of a list: as an address where the literal is one (`10.0.0.1` equals `10.0.0.1/8`). */
export function equalsElement(text: string, values: readonly string[] | null, misfit: Misfit): TextTest {
  const prefix = parsePrefix(text);
  return prefix === null ? equalsText(text, values, misfit) : prefixTest(prefix);
}
