import { type IpPrefix, parsePrefix } from '../net/ip-prefix.ts';

/** Blocks in which addresses stay, so that what an address is for can still be told. */
const CLASSES = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
  ...['224.0.0.0/4', '240.0.0.0/4', 'fc00::/7', 'fe80::/64', '64:ff9b::/96', '2002::/16'],
];
/** Blocks whose addresses say nothing of anybody, and stay as they are. */
const KEPT = [
  ...['0.0.0.0/32', '127.0.0.1/32', '224.0.0.0/24', '239.255.255.250/32', '255.255.255.255/32'],
  ...['::/128', '::1/128'],
];
/** Groups of IPv6 that everybody knows differ in the last 17 bits: `ff02::fb`, `ff02::1:2`. */
const WELL_KNOWN_GROUP = 111;
const MAPPED = 96;

interface Kept {
  readonly of: IpPrefix;
  readonly isWhole: boolean;
}

const parsed = (family: IpPrefix['family']): readonly Kept[] =>
  [
    ...CLASSES.map((one) => ({ of: parsePrefix(one)!, isWhole: false })),
    ...KEPT.map((one) => ({ of: parsePrefix(one)!, isWhole: true })),
  ].filter(({ of }) => of.family === family);

interface Kept4 {
  readonly bits: number;
  readonly length: number;
  readonly isWhole: boolean;
}
let blocks4: readonly Kept4[] | null = null;
let blocks6: readonly Kept[] | null = null;

/**
 * How many of the first bits of an IPv4 address stay as they are: those of the blocks, and of the way to them, so that
 * no address from elsewhere gets into one.
 */
export function keptBits4(address: number): number {
  blocks4 ??= parsed('ipv4').map(({ of: { bytes, length }, isWhole }) => ({
    bits: (bytes[0]! << 24) | (bytes[1]! << 16) | (bytes[2]! << 8) | bytes[3]!,
    length,
    isWhole,
  }));
  let kept = 0;
  for (const { bits, length, isWhole } of blocks4) {
    const common = Math.min(length, Math.clz32(address ^ bits));
    kept = Math.max(kept, common < length ? common + 1 : isWhole ? 32 : length);
  }
  return kept;
}

/** The same of an IPv6 address. */
export function keptBits6(address: Uint8Array): number {
  if (address[0] === 0xff) {
    // flags and scope, then the zeros on the way to the groups that everybody knows
    const zeros = leadingZeros(address, 2);
    return zeros + 16 >= WELL_KNOWN_GROUP ? 128 : zeros + 17;
  }
  blocks6 ??= parsed('ipv6');
  let kept = 8; // what begins with ff stays among itself
  kept = Math.min(kept, commonBits(address, ALL_ONES) + 1);
  const mapped = commonBits(address, MAPPED_BYTES);
  kept = Math.max(kept, Math.min(mapped + 1, MAPPED));
  for (const { of, isWhole } of blocks6) {
    const common = Math.min(of.length, commonBits(address, of.bytes));
    kept = Math.max(kept, common < of.length ? common + 1 : isWhole ? 128 : of.length);
  }
  return kept;
}

const ALL_ONES = new Uint8Array(16).fill(0xff);
const MAPPED_BYTES = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0);

/** Where an address of IPv4 lies in one of IPv6 (mapped, translated, 6to4); -1 where none does. */
export function whereIpv4Lies(address: Uint8Array): number {
  if (address[0] === 0x20 && address[1] === 0x02) return 2;
  const isMapped = commonBits(address, MAPPED_BYTES) >= MAPPED;
  return isMapped || commonBits(address, TRANSLATED) >= MAPPED ? 12 : -1;
}

const TRANSLATED = Uint8Array.of(0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

function commonBits(a: Uint8Array, b: Uint8Array): number {
  for (let index = 0; index < a.length; index++) {
    const differing = a[index]! ^ b[index]!;
    if (differing !== 0) return index * 8 + Math.clz32(differing) - 24;
  }
  return a.length * 8;
}

function leadingZeros(bytes: Uint8Array, from: number): number {
  for (let index = from; index < bytes.length; index++) {
    if (bytes[index] !== 0) return (index - from) * 8 + Math.clz32(bytes[index]!) - 24;
  }
  return (bytes.length - from) * 8;
}
