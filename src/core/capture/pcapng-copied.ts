import { pcapngOptions } from './pcapng-options.ts';

/** How the value of an option changes with the byte order of its section. */
type Layout = 'bytes' | '32' | '64' | '32 32' | 'enterprise' | 'filter' | 'verdict';
export type Layouts = Readonly<Record<number, Layout>>;

// draft-ietf-opsawg-pcapng, 3.5: comments, and what an enterprise defines and lets others copy
const ANY: Layouts = { 1: 'bytes', 2988: 'enterprise', 2989: 'enterprise' };
/** Hardware, system, application (4.1). */
export const OF_SECTION: Layouts = { ...ANY, 2: 'bytes', 3: 'bytes', 4: 'bytes' };
/** All but the name and what tells times, which a writer knows itself (4.2). */
export const OF_INTERFACE: Layouts = {
  ...ANY,
  3: 'bytes', // description
  4: 'bytes', // addresses: IPv4, IPv6, MAC, EUI
  5: 'bytes',
  6: 'bytes',
  7: 'bytes',
  8: '64', // speed
  10: '32', // time zone
  11: 'filter',
  12: 'bytes', // system
  13: 'bytes', // length of the frame check sequence
  15: 'bytes', // hardware
  16: '64', // speed of each direction
  17: '64',
  18: 'bytes', // name of the time zone
};
/** Flags, hashes, drops, identifier, queue, verdicts, process (4.3). Obsolete packet blocks have the same flags and hashes. */
export const OF_PACKET: Layouts = {
  ...ANY,
  2: '32',
  3: 'bytes',
  4: '64',
  5: '64',
  6: '32',
  7: 'verdict',
  8: '32 32',
};
/** Addresses and their names, which look like options (4.5). */
export const NAME_RECORDS: Layouts = { 1: 'bytes', 2: 'bytes', 3: 'bytes', 4: 'bytes' };
/** The server that told the names (4.5). */
export const OF_NAMES: Layouts = { ...ANY, 2: 'bytes', 3: 'bytes', 4: 'bytes' };
/** Of keys (4.7). */
export const OF_SECRETS = ANY;

const SIZES: Partial<Record<Layout, number>> = { 32: 4, 64: 8, '32 32': 8 };
/** Of each of them, the least. */
const LEAST: Partial<Record<Layout, number>> = { enterprise: 4, filter: 1, verdict: 1 };
const BPF = 1;
const INSTRUCTION = 8;
const HARDWARE_VERDICT = 0;

/**
 * Copies the options in [start, end) to `into` at `at`, in little-endian order and without an end; returns where they
 * end. Options without a layout, or of a wrong size, are left out. `into` needs room for `roomForOptions(start, end)`.
 */
export function copyOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
  little: boolean,
  layouts: Layouts,
  into: Uint8Array,
  at: number,
): number {
  let to = at;
  for (const option of pcapngOptions(bytes, start, end, little)) {
    const layout = layouts[option.code];
    const length = option.end - option.start;
    if (layout === undefined || length !== (SIZES[layout] ?? length) || length < (LEAST[layout] ?? 0)) continue;
    into[to] = option.code;
    into[to + 1] = option.code >>> 8;
    into[to + 2] = length;
    into[to + 3] = length >>> 8;
    const value = to + 4;
    for (let index = 0; index < length; index++) into[value + index] = bytes[option.start + index]!;
    if (!little) turn(into, value, length, layout);
    to = value + length + (-length & 3);
    into.fill(0, value + length, to);
  }
  return to;
}

/** The last option may lack its padding. */
export function roomForOptions(start: number, end: number): number {
  return Math.max(0, end - start) + 4;
}

/** The same in an array of their own. */
export function copiedOptions(
  bytes: Uint8Array,
  start: number,
  end: number,
  little: boolean,
  layouts: Layouts,
): Uint8Array {
  const into = new Uint8Array(roomForOptions(start, end));
  return into.slice(0, copyOptions(bytes, start, end, little, layouts, into, 0));
}

/** From big-endian to little-endian. */
function turn(bytes: Uint8Array, at: number, length: number, layout: Layout): void {
  if (layout === '64') reverse(bytes, at, 8);
  else if (layout === '32' || layout === 'enterprise') reverse(bytes, at, 4);
  else if (layout === '32 32') {
    reverse(bytes, at, 4);
    reverse(bytes, at + 4, 4);
  } else if (layout === 'verdict') {
    if (bytes[at] !== HARDWARE_VERDICT && length === 9) reverse(bytes, at + 1, 8);
  } else if (layout === 'filter' && bytes[at] === BPF) {
    for (let one = at + 1; one + INSTRUCTION <= at + length; one += INSTRUCTION) {
      reverse(bytes, one, 2);
      reverse(bytes, one + 4, 4);
    }
  }
}

function reverse(bytes: Uint8Array, at: number, count: number): void {
  bytes.subarray(at, at + count).reverse();
}
