import { expect } from 'vitest';

/** The options of the interface statistics block that ends a capture, by their code (draft-ietf-opsawg-pcapng, 4.6). */
export function statisticsOf(file: Buffer): Map<number, number> {
  const options = new Map<number, number>();
  const length = file.readUInt32LE(file.length - 4);
  const block = file.subarray(file.length - length);
  expect(block.readUInt32LE(0)).toBe(5);
  for (let at = 20; block.readUInt16LE(at) !== 0; at += 12) {
    options.set(block.readUInt16LE(at), Number(block.readBigUInt64LE(at + 4)));
  }
  return options;
}
