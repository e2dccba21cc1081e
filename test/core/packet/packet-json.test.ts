import { expect, test } from 'vitest';
import { ByteText } from '../../../src/core/net/byte-text.ts';
import { compileJson } from '../../../src/core/output/json.ts';
import { FileOwners } from '../../../src/core/packet/file-owners.ts';
import { compilePacketJson } from '../../../src/core/packet/packet-json.ts';
import { PacketRows, type PacketSource } from '../../../src/core/packet/packet-rows.ts';
import { packet as table } from '../../../src/core/record/tables/packet.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { damaged, sampleFrames, seeded } from '../../support/attack.ts';
import { everyCapture, readerOf } from '../../support/every-capture.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';

const ALL = Object.keys(table.fields);
const HOSTILE = 'a"b\\c\u0000\u001b[2J\u007f\u009b\u202e\ud800 ü→\n\u2028';

/** The line of a packet as bytes, and as the general renderer makes it of the row. */
class BothWays {
  readonly rows = new PacketRows();
  private readonly out = new ByteText(16);
  private readonly lines;
  private readonly lineOf;

  constructor(source: PacketSource, fields: readonly string[] = ALL) {
    this.rows.source = source;
    this.lines = compilePacketJson(this.rows, fields)!;
    this.lineOf = compileJson(table, fields);
  }

  of(packet: Packet): readonly [string, string] {
    this.rows.see(packet);
    this.out.length = 0;
    this.lines.write(this.out, packet);
    return [Buffer.from(this.out.take()).toString(), `${this.lineOf(this.rows.row(packet))}\n`];
  }
}

test('each packet of each capture is the line that the general renderer makes', async () => {
  let compared = 0;
  for (const { name, bytes: capture } of everyCapture()) {
    const reader = await readerOf(capture);
    if (reader === null) continue;
    const dissector = new Dissector(REGISTRY, { decrypts: false });
    const both = new BothWays(reader);
    both.rows.owners = new FileOwners(reader);
    const packet = new Packet();
    while (await reader.fill().catch(() => false)) {
      while (reader.next(packet)) {
        dissector.dissect(packet);
        const [bytes, row] = both.of(packet);
        if (bytes !== row) expect(`${name} ${bytes}`).toBe(`${name} ${row}`);
        compared++;
      }
    }
  }
  expect(compared).toBeGreaterThan(100);
});

test('so is each of damaged frames, with hostile names and comments, at any time', async () => {
  const random = seeded(7);
  const frames = await sampleFrames();
  const said = [...Buffer.from(`GET /${HOSTILE} HTTP/1.1\r\nHost: ${HOSTILE}\r\n\r\n`)];
  const asked = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 5, 0x22, 0x5c, 0x1b, 0xff, 0x80, 0, 0, 1, 0, 1];
  const hostile = [
    tcpFrame({ srcPort: 1, dstPort: 80, flags: 0x18, seq: 1 }, said),
    udpFrame({ srcPort: 1, dstPort: 53 }, asked),
    udpFrame({ srcPort: 1, dstPort: 514 }, [...Buffer.from(`<34>${HOSTILE}`)]),
  ].map((bytes) => ({ bytes, linkType: 1 }));
  const comments = [null, '', HOSTILE, 'x'.repeat(5000), '→'.repeat(4097)];
  const interfaces = [null, 'eth0', HOSTILE].map((name) => ({ name, linkType: 1, snapLength: 0, nanoseconds: true }));
  const dissector = new Dissector(REGISTRY, { decrypts: false });
  const packet = new Packet();
  for (const { bytes, linkType } of [...hostile, ...frames]) {
    const source = { interfaces, comment: comments[random(comments.length)]! };
    const both = new BothWays(source);
    for (let round = 0; round < 4; round++) {
      const frame = round === 0 ? bytes : damaged(bytes, frames[random(frames.length)]!.bytes, random);
      const seconds = [Number.NaN, -5, 0, 1_700_000_000 + random(1000), 4_294_967_295, 9e12][random(6)]!;
      const length = frame.length + random(3) * 7;
      packet.begin(frame, 0, frame.length, length, seconds, random(1e6) * (random(2) ? 1000 : 1), random(4), linkType);
      dissector.dissect(packet);
      const [line, row] = both.of(packet);
      expect(line).toBe(row);
    }
  }
});

test('some of the fields, in another order', () => {
  const fields = ['info', 'number', 'src', 'layers'];
  const packet = new Packet();
  const bytes = tcpFrame({ srcPort: 40_000, dstPort: 443, flags: 0x12 });
  packet.begin(bytes, 0, bytes.length, bytes.length, 1, 0, 0, 1);
  new Dissector(REGISTRY).dissect(packet);
  const [line, row] = new BothWays({ interfaces: [], comment: null }, fields).of(packet);
  expect(line).toBe(row);
  expect(line).toBe(
    '{"type":"packet","info":"40000 → 443 [SYN, ACK] Seq=0 Ack=1 Win=65535 Len=0","number":1,"src":"10.0.0.1","layers":["eth","ip","tcp"]}\n',
  );
});

test('a packet at which something throws is told of, and the line is that of its row', () => {
  const packet = new Packet();
  const bytes = udpFrame({ srcPort: 1, dstPort: 2 }, [1]);
  packet.begin(bytes, 0, bytes.length, bytes.length, 1, 0, 0, 1);
  new Dissector(REGISTRY).dissect(packet);
  packet.experts[0] = 255;
  packet.expertCount = 1;
  const both = new BothWays({ interfaces: [], comment: null });
  const [line, row] = both.of(packet);
  expect(both.rows.faults.firstError).not.toBeNull();
  expect(line).toContain('"malformed":true');
  expect(line).toBe(row);
});

test('fields of display filters are left to the general renderer', () => {
  expect(compilePacketJson(new PacketRows(), ['number', 'http.host'])).toBeNull();
});
