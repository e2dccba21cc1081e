import { formatIp, type IpAddress } from '../net/ip-address.ts';
import type { IpPrefix } from '../net/ip-prefix.ts';

/** `10.0.0.0/8`. */
export const formatPrefix = (prefix: IpPrefix): string => `${formatIp(prefix)}/${prefix.length}`;

/** The block of so many bits that an address is in. */
export const blockAround = (address: IpAddress, length: number): IpPrefix => ({
  family: address.family,
  bytes: endsOf(address, length).lowest,
  length,
});

/**
 * The widest block around `asked` of which no address lies outside of a range; null when the range does not hold all of `asked`, or is
 * of the other family. Ranges of registries need not be one block.
 */
export function widestPrefix(first: Uint8Array, last: Uint8Array, asked: IpPrefix): IpPrefix | null {
  const width = asked.bytes.length;
  if (first.length !== width || last.length !== width) return null;
  for (let length = 0; length <= asked.length; length++) {
    const { lowest, highest } = endsOf(asked, length);
    if (compare(lowest, first) >= 0 && compare(highest, last) <= 0)
      return { family: asked.family, bytes: lowest, length };
  }
  return null;
}

function endsOf({ bytes }: IpAddress, length: number): { readonly lowest: Uint8Array; readonly highest: Uint8Array } {
  const mask = (index: number): number => 0xff & (0xff << (8 - Math.min(8, Math.max(0, length - 8 * index))));
  return {
    lowest: bytes.map((byte, index) => byte & mask(index)),
    highest: bytes.map((byte, index) => byte | (0xff & ~mask(index))),
  };
}

const compare = (a: Uint8Array, b: Uint8Array): number => {
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return a[index]! - b[index]!;
  return 0;
};
