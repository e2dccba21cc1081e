import { type ByteText, constant } from './byte-text.ts';
import { digest, hashMessage, hashWords, message, words } from './sha1-block.ts';

/** The seed, two bytes; netwatch has no other. */
const SEED_BYTES = 2;

/**
 * Community ID of a flow, version 1 with seed 0, as Zeek and Suricata compute it: the same whichever end is given first.
 * Both addresses are 4 bytes, or both 16. Ports are of TCP, UDP and SCTP; they are null for every other protocol of IP,
 * whose flows are told apart by addresses alone.
 */
export function communityId(
  protocol: number,
  a: Uint8Array,
  aPort: number | null,
  b: Uint8Array,
  bPort: number | null,
): string {
  hashEnds(protocol, a, aPort, b, bPort);
  return digestText();
}

const BEGIN = constant('"1:');
const QUOTE = 0x22;

/** Writes the same as a literal of JSON. */
export function writeCommunityId(
  out: ByteText,
  protocol: number,
  a: Uint8Array,
  aPort: number | null,
  b: Uint8Array,
  bPort: number | null,
): void {
  hashEnds(protocol, a, aPort, b, bPort);
  writeDigest(out);
}

function writeDigest(out: ByteText): void {
  out.constant(BEGIN);
  out.base64(digest);
  out.byte(QUOTE);
}

const digestText = (): string => `1:${digest.toString('base64')}`;

/** Bits of the message of IPv4: seed, two addresses, protocol, padding and two ports. */
const IPV4_MESSAGE_BITS = 128;

/** Writes the same of a flow of IPv4 with ports; addresses are the 32 bits of network order, unsigned. */
export function writeCommunityIdOfIpv4(
  out: ByteText,
  protocol: number,
  a: number,
  aPort: number,
  b: number,
  bPort: number,
): void {
  const isInOrder = a < b || (a === b && aPort <= bPort);
  const first = isInOrder ? a : b;
  const second = isInOrder ? b : a;
  words[0] = first >>> 16;
  words[1] = (first << 16) | (second >>> 16);
  words[2] = (second << 16) | (protocol << 8);
  words[3] = isInOrder ? (aPort << 16) | bPort : (bPort << 16) | aPort;
  words[4] = 0x80000000;
  for (let index = 5; index < 15; index++) words[index] = 0;
  words[15] = IPV4_MESSAGE_BITS;
  hashWords();
  writeDigest(out);
}

/** Types of ICMP and of ICMPv6 that come in pairs: who asks and who answers have one flow. */
const ICMP_PAIRS = pairs([8, 0], [13, 14], [15, 16], [10, 9], [17, 18]);
const ICMPV6_PAIRS = pairs([128, 129], [130, 131], [133, 134], [135, 136], [139, 140], [144, 145]);
const ICMPV6 = 58;

/**
 * The same of a message of ICMP (1) or ICMPv6 (58): its type and that of its answer stand for ports. A type without an
 * answer goes one way, its code stands for the other port, and the other way would be another flow.
 */
export function icmpCommunityId(
  protocol: 1 | 58,
  source: Uint8Array,
  target: Uint8Array,
  type: number,
  code: number,
): string {
  const counterpart = (protocol === ICMPV6 ? ICMPV6_PAIRS : ICMP_PAIRS).get(type);
  if (counterpart === undefined) hash(protocol, source, type, target, code);
  else hashEnds(protocol, source, type, target, counterpart);
  return digestText();
}

function pairs(...types: readonly (readonly [number, number])[]): ReadonlyMap<number, number> {
  return new Map(types.flatMap(([one, other]) => [[one, other] as const, [other, one] as const]));
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let index = 0; index < a.length; index++) {
    const difference = a[index]! - b[index]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The smaller end first. */
function hashEnds(protocol: number, a: Uint8Array, aPort: number | null, b: Uint8Array, bPort: number | null): void {
  const order = compareBytes(a, b);
  const isInOrder = order < 0 || (order === 0 && (aPort ?? 0) <= (bPort ?? 0));
  if (isInOrder) hash(protocol, a, aPort, b, bPort);
  else hash(protocol, b, bPort, a, aPort);
}

/** Addresses, protocol and ports, as they are. */
function hash(
  protocol: number,
  first: Uint8Array,
  firstPort: number | null,
  second: Uint8Array,
  secondPort: number | null,
): void {
  let end = 0;
  while (end < SEED_BYTES) message[end++] = 0;
  // by loops: for so few bytes a call of `set` takes longer
  for (let index = 0; index < first.length; index++) message[end++] = first[index]!;
  for (let index = 0; index < second.length; index++) message[end++] = second[index]!;
  message[end++] = protocol;
  message[end++] = 0; // padding
  if (firstPort !== null && secondPort !== null) {
    message[end++] = firstPort >>> 8;
    message[end++] = firstPort;
    message[end++] = secondPort >>> 8;
    message[end++] = secondPort;
  }
  hashMessage(end);
}
