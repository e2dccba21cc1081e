import type { FloodFile } from '../../support/flood.ts';
import { ephemeral } from './ephemeral.ts';

const NAMES = 5000;
const TYPES = [1, 28, 1, 65] as const;
const RESOLVER = { host: 2, port: 53 };

/** Look-ups of a resolver, each from a port of its own, with their answers: an alias, and one to three addresses. */
export function writeDns(file: FloodFile, packets: number): void {
  for (let lookup = 0; lookup < packets / 2; lookup++) {
    const client = ephemeral(lookup);
    const name = Buffer.concat(
      [`host${(lookup * 7919) % NAMES}`, `zone${lookup % 97}`, 'example'].map((label) =>
        Buffer.from(`${String.fromCharCode(label.length)}${label}`),
      ),
    );
    const type = TYPES[lookup % TYPES.length]!;
    const query = Buffer.concat([u16(lookup, 0x0100, 1, 0, 0, 0), name, Buffer.from([0]), u16(type, 1)]);
    file.udp(client, RESOLVER, query);
    file.udp(RESOLVER, client, answerTo(query, type, 1 + (lookup % 3)));
  }
}

function answerTo(query: Buffer, type: number, addresses: number): Buffer {
  const alias = Buffer.from('\x04edge\x03cdn\xc0\x0c', 'latin1');
  const records = [Buffer.concat([u16(0xc00c, 5, 1, 0, 300, alias.length), alias])];
  const at = query.length + 12;
  for (let address = 0; address < addresses; address++) {
    const data = type === 28 ? Buffer.alloc(16, 0x20 + address) : Buffer.from([10, 9, address, 1]);
    records.push(Buffer.concat([u16(0xc000 | at, type === 28 ? 28 : 1, 1, 0, 60, data.length), data]));
  }
  const answer = Buffer.concat([query, ...records]);
  answer.writeUInt16BE(0x8180, 2);
  answer.writeUInt16BE(records.length, 6);
  return answer;
}

function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value & 0xffff, index * 2);
  return bytes;
}
