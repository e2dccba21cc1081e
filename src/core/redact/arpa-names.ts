import type { Redaction } from './redaction.ts';

const DIGITS = /^(?:0|[1-9]\d{0,2})$/;
const NIBBLE = /^[0-9a-f]$/;

/**
 * The labels of the name of an address (`4.3.2.1.in-addr.arpa`), or of the first part of one, each as long as it was; null for
 * any other name. Where the other number has fewer digits it begins with zeros; where it has more, a label that is no
 * number stands for it.
 */
export function arpaLabels(labels: readonly string[], redaction: Redaction): readonly Uint8Array[] | null {
  const zone = arpaZoneOf(labels);
  if (zone === null) return null;
  const { ips, names, hosts } = redaction;
  const numbers = labels.slice(0, -2).reverse();
  const others = (ips ? (zone === 'in-addr' ? octets(numbers, redaction) : nibbles(numbers, redaction)) : numbers).map(
    (other, index) => {
      const was = numbers[index]!;
      const fits = other !== null && other.length <= was.length;
      if (fits) return Buffer.from(other.padStart(was.length, '0'), 'latin1');
      return ips || hosts ? names.label(was) : Buffer.from(was, 'latin1');
    },
  );
  return [...others.reverse(), ...labels.slice(-2).map((one) => Buffer.from(one.toLowerCase(), 'latin1'))];
}

/** The name of an address as DNS has it, each label behind its length, under other addresses. */
export function arpaBytes(name: string, redaction: Redaction): Uint8Array {
  const labels: string[] = [];
  for (let at = 0; at < name.length; at += 1 + name.charCodeAt(at)) {
    labels.push(name.slice(at + 1, at + 1 + name.charCodeAt(at)));
  }
  const bytes = Buffer.from(name, 'latin1');
  let at = 1;
  const others = arpaLabels(labels, redaction) ?? labels.map((label) => redaction.label(label));
  for (const other of others) {
    bytes.set(other, at);
    at += other.length + 1;
  }
  return bytes;
}

function arpaZoneOf(labels: readonly string[]): 'in-addr' | 'ip6' | null {
  if (labels.at(-1)?.toLowerCase() !== 'arpa') return null;
  const zone = labels.at(-2)?.toLowerCase();
  return zone === 'in-addr' || zone === 'ip6' ? zone : null;
}

/** From the front of the address; null for what is no part of one. */
function octets(numbers: readonly string[], { addresses }: Redaction): (string | null)[] {
  const bytes = new Uint8Array(4);
  let known = 0;
  while (known < 4 && DIGITS.test(numbers[known] ?? '') && Number(numbers[known]) < 256) {
    bytes[known] = Number(numbers[known]);
    known++;
  }
  addresses.replace4(bytes, 0);
  return numbers.map((_, index) => (index < known ? String(bytes[index]) : null));
}

function nibbles(numbers: readonly string[], { addresses }: Redaction): (string | null)[] {
  const bytes = new Uint8Array(16);
  let known = 0;
  while (known < 32 && NIBBLE.test(numbers[known]?.toLowerCase() ?? '')) {
    bytes[known >>> 1]! |= Number.parseInt(numbers[known]!, 16) << (known % 2 === 0 ? 4 : 0);
    known++;
  }
  addresses.replace6(bytes, 0);
  return numbers.map((_, index) =>
    index < known ? ((bytes[index >>> 1]! >>> (index % 2 === 0 ? 4 : 0)) & 15).toString(16) : null,
  );
}

/** The text of a name of an address under other addresses; null for any other name. Its length may change. */
export function arpaText(name: string, redaction: Redaction): string | null {
  const labels = name.replace(/\.$/, '').split('.');
  const zone = arpaZoneOf(labels);
  if (zone === null) return null;
  const numbers = labels.slice(0, -2).reverse();
  const others = zone === 'in-addr' ? octets(numbers, redaction) : nibbles(numbers, redaction);
  const shown = others.map(
    (other, index) => other ?? Buffer.from(redaction.names.label(numbers[index]!)).toString('latin1'),
  );
  return [...shown.reverse(), zone, 'arpa'].join('.');
}
