import fs from 'node:fs';

const HEADER = 24;
const RECORD = 16;
const HEADERS = 14 + 20 + 8;

/** Writes a pcap of Ethernet frames of `size` bytes, each a datagram to port 9 that begins with its number. */
export function writeNumbered(file: string, count: number, size: number): void {
  const bytes = Buffer.alloc(HEADER + count * (RECORD + size));
  bytes.writeUInt32LE(0xa1b2c3d4, 0);
  bytes.writeUInt16LE(2, 4);
  bytes.writeUInt16LE(4, 6);
  bytes.writeUInt32LE(65_535, 16);
  bytes.writeUInt32LE(1, 20);
  const headers = Buffer.from(
    'ffffffffffff0200000000010800' + '4500000000010000401100000a0000090a000001' + '04d2000900000000',
    'hex',
  );
  headers.writeUInt16BE(size - 14, 16);
  headers.writeUInt16BE(size - 34, 38);
  for (let number = 0; number < count; number++) {
    const at = HEADER + number * (RECORD + size);
    bytes.writeUInt32LE(size, at + 8);
    bytes.writeUInt32LE(size, at + 12);
    headers.copy(bytes, at + RECORD);
    bytes.writeUInt32BE(number, at + RECORD + HEADERS);
  }
  fs.writeFileSync(file, bytes);
}
