/** A value of a database: MaxMind DB format 2.0, https://maxmind.github.io/MaxMind-DB/. */
export type MmdbValue =
  | string
  | number
  | readonly MmdbValue[]
  /** Bytes as they are to be in the file. */
  | Uint8Array
  | { readonly [key: string]: MmdbValue };

const STRING = 2;
const UINT32 = 6;
const MAP = 7;
const ARRAY = 11;

function control(type: number, size: number): number[] {
  const long = size < 29 ? [] : size < 285 ? [size - 29] : [(size - 285) >> 8, (size - 285) & 0xff];
  const low = size < 29 ? size : size < 285 ? 29 : 30;
  return type > 7 ? [low, type - 7, ...long] : [(type << 5) | low, ...long];
}

function encode(value: MmdbValue): number[] {
  if (typeof value === 'string') return [...control(STRING, Buffer.byteLength(value)), ...Buffer.from(value)];
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return [...control(UINT32, 4), ...bytes];
  }
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return [...control(ARRAY, value.length), ...value.flatMap(encode)];
  const entries = Object.entries(value);
  return [...control(MAP, entries.length), ...entries.flatMap(([key, one]) => [...encode(key), ...encode(one)])];
}

/** A block of addresses, by its bits from the root of the tree, and what is said of it. */
export interface MmdbBlock {
  readonly bits: string;
  readonly value: MmdbValue;
}

export const bitsOf = (bytes: readonly number[], length: number): string =>
  bytes
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, length);

/** A database with these blocks, none of which holds another; `other` are metadata that differ. */
export function mmdbOf(
  blocks: readonly MmdbBlock[],
  ipVersion: 4 | 6 = 4,
  recordSize: 24 | 28 | 32 = 24,
  other: Readonly<Record<string, MmdbValue>> = {},
): Buffer {
  const nodes: [number | string | null, number | string | null][] = [[null, null]];
  const data: number[] = [];
  for (const { bits, value } of blocks) {
    let node = 0;
    for (let at = 0; at < bits.length; at++) {
      const side = Number(bits[at]) as 0 | 1;
      if (at === bits.length - 1) nodes[node]![side] = `${data.length}`;
      else {
        const next = nodes[node]![side];
        if (typeof next === 'number') node = next;
        else {
          nodes.push([null, null]);
          nodes[node]![side] = nodes.length - 1;
          node = nodes.length - 1;
        }
      }
    }
    data.push(...encode(value));
  }
  const pointer = (record: number | string | null): number =>
    record === null ? nodes.length : typeof record === 'number' ? record : nodes.length + 16 + Number(record);
  const tree = nodes.flatMap(([left, right]) => node(pointer(left), pointer(right), recordSize));
  const metadata = encode({
    node_count: nodes.length,
    record_size: recordSize,
    ip_version: ipVersion,
    database_type: 'Test',
    languages: ['en'],
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: 1_700_000_000,
    description: { en: 'test' },
    ...other,
  });
  return Buffer.from([
    ...tree,
    ...new Array(16).fill(0),
    ...data,
    ...[0xab, 0xcd, 0xef],
    ...Buffer.from('MaxMind.com'),
    ...metadata,
  ]);
}

function node(left: number, right: number, size: 24 | 28 | 32): number[] {
  const bytes = (value: number, count: number): number[] =>
    Array.from({ length: count }, (_, at) => Math.floor(value / 256 ** (count - 1 - at)) & 0xff);
  if (size === 28) {
    const middle = ((left >>> 24) << 4) | (right >>> 24);
    return [...bytes(left & 0xffffff, 3), middle, ...bytes(right & 0xffffff, 3)];
  }
  return [...bytes(left, size / 8), ...bytes(right, size / 8)];
}
