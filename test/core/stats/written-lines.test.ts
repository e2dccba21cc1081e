import { expect, test } from 'vitest';
import type { CaptureReader } from '../../../src/core/capture/capture-reader.ts';
import { ByteText } from '../../../src/core/net/byte-text.ts';
import { compileJson } from '../../../src/core/output/json.ts';
import type { LineForm } from '../../../src/core/output/json-line.ts';
import { FileOwners } from '../../../src/core/packet/file-owners.ts';
import type { RecordTable } from '../../../src/core/record/table.ts';
import type { StatisticName } from '../../../src/core/stats/names.ts';
import { StatisticsOfRun } from '../../../src/core/stats/run.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { damaged, sampleFrames, seeded } from '../../support/attack.ts';
import { pcap } from '../../support/captures.ts';
import { everyCapture, readerOf } from '../../support/every-capture.ts';
import { udpFrame } from '../../support/frames.ts';

/** Statistics whose records write their own lines. */
const WRITTEN: readonly StatisticName[] = ['conversations', 'dns', 'handshakes', 'http', 'tls'];
const whole = (table: RecordTable): LineForm => ({ fields: Object.keys(table.fields), placeOf: null });

/** Lines of all records of a capture: written by the records where `lineOf` asks for it, and otherwise made of rows. */
async function linesOf(reader: CaptureReader, lineOf: typeof whole | null): Promise<string> {
  const owners = new FileOwners(reader);
  const run = new StatisticsOfRun(WRITTEN, { bucketMs: 1000, owners, lineOf: lineOf ?? undefined });
  const packet = new Packet();
  const out = new ByteText(256);
  while (await reader.fill().catch(() => false)) {
    while (reader.next(packet)) {
      run.dissector.dissect(packet);
      for (const listener of run.listeners) listener(packet);
    }
  }
  for (const { table, rows, writeLine } of run.sections(reader, null)) {
    expect(writeLine !== undefined).toBe(lineOf !== null && table.type !== 'handshake_histogram');
    const textOf = compileJson(table, Object.keys(table.fields));
    for (const row of rows) {
      if (writeLine === undefined) out.text(`${textOf(row)}\n`);
      else writeLine(out, row);
    }
  }
  return Buffer.from(out.take()).toString();
}

async function compare(name: string, bytes: Uint8Array): Promise<number> {
  const [one, other] = [await readerOf(bytes), await readerOf(bytes)];
  if (one === null || other === null) return 0;
  const [written, made] = [await linesOf(one, whole), await linesOf(other, null)];
  if (written !== made) expect(`${name} ${written}`).toBe(`${name} ${made}`);
  return written.split('\n').length - 1;
}

test('each record of each capture is the line that the general renderer makes of its row', async () => {
  let compared = 0;
  for (const { name, bytes } of everyCapture()) compared += await compare(name, bytes);
  expect(compared).toBeGreaterThan(20);
});

test('so is each of damaged frames, and of names that could harm a terminal', async () => {
  const random = seeded(11);
  const frames = (await sampleFrames()).filter(({ linkType }) => linkType === 1).map(({ bytes }) => bytes);
  const asked = (label: readonly number[]): Uint8Array =>
    udpFrame({ srcPort: 1, dstPort: 53 }, [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, label.length, ...label, 0, 0, 1, 0, 1]);
  const named = [[0x22, 0x5c], [0x1b, 0x5b], [0xff, 0x80], [...Buffer.from('ü→\u202e')], [0x7f], []].map(asked);
  const others = frames.map((frame) => damaged(frame, frames[random(frames.length)]!, random));
  expect(
    await compare(
      'damaged',
      pcap([...named, ...frames, ...others].map((frame, second) => ({ bytes: frame, seconds: second }))),
    ),
  ).toBeGreaterThan(20);
});

test('fields of some, in another order', async () => {
  const frame = udpFrame({ srcPort: 1, dstPort: 53 }, [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 0, 0, 1, 0, 1]);
  const reader = (await readerOf(pcap([{ bytes: frame }])))!;
  const some = (): LineForm => ({ fields: ['name', 'packet'], placeOf: null });
  const run = new StatisticsOfRun(['dns'], { bucketMs: 1000, owners: new FileOwners(reader), lineOf: some });
  const packet = new Packet();
  await reader.fill();
  reader.next(packet);
  run.dissector.dissect(packet);
  for (const listener of run.listeners) listener(packet);
  const out = new ByteText(256);
  for (const { rows, writeLine } of run.sections(reader, null)) for (const row of rows) writeLine!(out, row);
  expect(Buffer.from(out.take()).toString()).toBe('{"type":"dns_query","name":"a","packet":1}\n');
});
