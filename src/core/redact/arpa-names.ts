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
  const numbers = labels.slice(0, -2).reverse();
  const others = othersOf(zone, numbers, redaction).map((other, index) => {
    const was = numbers[index]!;
    if (other === null) return wordFor(was, redaction);
    return other.length <= was.length
      ? Buffer.from(other.padStart(was.length, '0'), 'latin1')
      : redaction.names.label(was);
  });
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

/** The numbers of the other address, from its front; null for what is no part of one, as the names of delegations are. */
function othersOf(zone: 'in-addr' | 'ip6', numbers: readonly string[], redaction: Redaction): (string | null)[] {
  return zone === 'in-addr' ? octets(numbers, redaction) : nibbles(numbers, redaction);
}

/** What stands for a label that is no number: beside an address that is replaced, always another. */
const wordFor = (label: string, redaction: Redaction): Uint8Array =>
  redaction.ips ? redaction.names.label(label) : redaction.label(label);

function octets(numbers: readonly string[], redaction: Redaction): (string | null)[] {
  const bytes = new Uint8Array(4);
  let known = 0;
  while (known < 4 && DIGITS.test(numbers[known] ?? '') && Number(numbers[known]) < 256) {
    bytes[known] = Number(numbers[known]);
    known++;
  }
  redaction.ip4(bytes, 0);
  return numbers.map((_, index) => (index < known ? String(bytes[index]) : null));
}

function nibbles(numbers: readonly string[], redaction: Redaction): (string | null)[] {
  const bytes = new Uint8Array(16);
  let known = 0;
  while (known < 32 && NIBBLE.test(numbers[known]?.toLowerCase() ?? '')) {
    bytes[known >>> 1]! |= Number.parseInt(numbers[known]!, 16) << (known % 2 === 0 ? 4 : 0);
    known++;
  }
  redaction.ip6(bytes, 0);
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
  const shown = othersOf(zone, numbers, redaction).map(
    (other, index) => other ?? textOf(wordFor(latin1Of(numbers[index]!), redaction)),
  );
  return [...shown.reverse(), zone, 'arpa'].join('.');
}

/** A text as its bytes, a character each, which is how names are replaced. */
const latin1Of = (text: string): string => Buffer.from(text).toString('latin1');
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
