import { isDeepStrictEqual } from 'node:util';

/** Little-endian integers and netlink attributes, to write kernel messages by hand. */
export function u8(...values: number[]): Buffer {
  return Buffer.from(values);
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

export function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(/[ :]/g, ''), 'hex');
}

export function zeroEnded(text: string): Buffer {
  return Buffer.from(`${text}\0`);
}

/** struct nlattr, padded to four bytes. */
export function attribute(type: number, ...payload: Buffer[]): Buffer {
  const value = Buffer.concat(payload);
  const padding = Buffer.alloc(-value.length & 3);
  return Buffer.concat([u16(4 + value.length), u16(type), value, padding]);
}

/** Parses every prefix of a message, and the message with each byte replaced: a parser must survive all of it. */
export function mangle(message: Buffer, parse: (data: Buffer, start: number, end: number) => unknown): void {
  for (let end = 0; end <= message.length; end++) {
    // exact in size, so that a read past the end throws
    const cut = Buffer.from(message.subarray(0, end));
    // the bytes behind the end belong to another message
    if (!isDeepStrictEqual(parse(cut, 0, end), parse(message, 0, end))) throw new Error(`read past byte ${end}`);
  }
  for (let at = 0; at < message.length; at++) {
    for (const byte of [0x00, 0x01, 0x7f, 0xff]) {
      const damaged = Buffer.from(message);
      damaged[at] = byte;
      parse(damaged, 0, damaged.length);
    }
  }
}
