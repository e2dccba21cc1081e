import { formatIp, parseIp } from '../net/ip-address.ts';
import { parsePrefix, prefixTest } from '../net/ip-prefix.ts';
import { suggest } from '../suggest.ts';
import type { Misfit } from './quantity.ts';
import { quoted } from './source-error.ts';

export type TextTest = (text: string) => boolean;

/** Only an address is written with these; a host name has letters and neither colon nor slash. */
const MEANT_AS_ADDRESS = /^[\d.]+$|[:/%]/;
const MAC = /^[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}$/i;

/** Other spellings of TCP states: those of ss and netstat, without dashes and underscores. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['estab', 'established'],
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
  const wanted = values.find((value) => fold(value) === fold(text));
  if (wanted === undefined) {
    const near = suggest(text, values);
    throw misfit(
      `no such value: ${quoted(text)}`,
      near === null ? `one of ${values.join(', ')}` : `did you mean ${near}?`,
    );
  }
  return (value) => value === wanted;
}

function fold(value: string): string {
  const plain = value.toLowerCase().replace(/[-_ ]/g, '');
  return SYNONYMS.get(plain) ?? plain;
}

/**
 * Equality with an address in any spelling, or being inside a CIDR block. A name is compared as it is, in any case, for
 * fields hold one where there is no address; a text that can only be meant as an address and is none is a misfit.
 */
export function equalsAddress(text: string, misfit: Misfit): TextTest {
  const prefix = parsePrefix(text);
  if (prefix !== null) return prefixTest(prefix);
  const [head = '', zone] = text.split('%');
  const address = parseIp(head);
  if (address !== null && zone) {
    const scoped = `${formatIp(address)}%${zone}`;
    return (value) => value === scoped;
  }
  if (MEANT_AS_ADDRESS.test(text) && !MAC.test(text)) {
    throw misfit(`${quoted(text)} is not an address`, 'as in 10.0.0.1, 10.0.0.0/8, 2001:db8::1');
  }
  const name = text.toLowerCase();
  return (value) => value.toLowerCase() === name;
}

/** Equality with an element of a list: as an address where the literal is one (`10.0.0.1` equals `10.0.0.1/8`). */
export function equalsElement(text: string, values: readonly string[] | null, misfit: Misfit): TextTest {
  const prefix = parsePrefix(text);
  return prefix === null ? equalsText(text, values, misfit) : prefixTest(prefix);
}
