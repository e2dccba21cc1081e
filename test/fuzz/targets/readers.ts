import fs from 'node:fs';
import zlib from 'node:zlib';
import { openCaptureReader } from '../../../src/core/capture/open-capture-reader.ts';
import { PcapWriter } from '../../../src/core/capture/pcap-writer.ts';
import { PcapngWriter } from '../../../src/core/capture/pcapng-writer.ts';
import { formatTimestamp } from '../../../src/core/capture/timestamp.ts';
import { Failure } from '../../../src/core/failure.ts';
import { PacketFeed } from '../../../src/core/packet/packet-feed.ts';
import { rewrite } from '../../../src/core/packet/rewrite.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { openCaptureSource } from '../../../src/platform/files/capture-source.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { Blocks, COMMENT, MICRO, MODIFIED, NANO, pcap, sourceOf, text } from '../../support/captures.ts';
import type { Corpus, SampleFile } from '../corpus.ts';
import { Broken } from '../finding.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import type { Prng } from '../prng.ts';
import { piece, type Target } from '../target.ts';

/** Numbers of the form `file`: what is done with it, bytes read at once, and bytes that a read gives at most. */
const FORM = 'file';
const READ = 0;
const PACKED = 1;
const REWRITTEN = 2;
const FILE = 'readers.tmp';
const NEVER = new AbortController().signal;

/** Captures damaged as files: read in pieces of any size, unpacked, written again. */
export const readers: Target = {
  name: 'readers',
  share: 100,
  open(corpus) {
    const files = [...corpus.captures, ...made(corpus)];
    return {
      make(prng) {
        const bytes = damaged(prng, prng.of(files).bytes, corpus);
        const chunk = prng.of([256, 1000, 4096, 65_536]);
        const what = prng.once(40) ? PACKED : prng.once(8) ? REWRITTEN : READ;
        const packed = what === PACKED ? mutateOrNot(prng, Uint8Array.from(zlib.gzipSync(bytes)), corpus) : bytes;
        return {
          form: FORM,
          numbers: [what, chunk, prng.once(2) ? chunk : 1 + prng.below(64)],
          pieces: [piece(packed)],
        };
      },
      async run({ numbers, pieces }) {
        const [what = READ, chunk = 4096, most = 4096] = numbers;
        const bytes = pieces[0]?.bytes ?? new Uint8Array(0);
        try {
          if (what === PACKED) await readPacked(bytes);
          else if (what === REWRITTEN) await rewritten(bytes, chunk);
          else await readAll(bytes, chunk, most);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
        }
      },
    };
  },
};

/** Small captures of every kind of block, in both byte orders. */
function made({ frames }: Corpus): readonly SampleFile[] {
  const some = frames.slice(0, 4).map(({ bytes }) => bytes);
  const files: Uint8Array[] = [];
  for (const little of [true, false]) {
    for (const magic of [MICRO, NANO, MODIFIED])
      files.push(
        pcap(
          some.map((bytes) => ({ bytes, seconds: 1, fraction: 2 })),
          { magic, little },
        ),
      );
    const blocks = new Blocks(little);
    const options = [{ code: COMMENT, value: text('a comment') }];
    const name = [
      { code: 2, value: text('eth0') },
      { code: 9, value: Uint8Array.of(9) },
      { code: 14, value: new Uint8Array(8) },
      { code: 13, value: Uint8Array.of(4) },
    ];
    const whole = [
      blocks.section(),
      blocks.iface({ options: name }),
      blocks.iface({ linkType: 101, options: [{ code: 9, value: Uint8Array.of(0x83) }] }),
      ...some.map((bytes, iface) => blocks.packet(bytes, { iface: iface % 2, high: 1, low: 2, options })),
      blocks.oldPacket(some[0]!),
      blocks.simplePacket(some[0]!),
      blocks.block(5, new Uint8Array(12)),
      blocks.block(10, Uint8Array.from([...Buffer.from('4b534c54', 'hex'), 4, 0, 0, 0, 1, 2, 3, 4])),
      blocks.block(9, new Uint8Array(8)),
      blocks.block(0xbad, new Uint8Array(16)),
      blocks.section(),
      blocks.iface(),
      blocks.packet(some[1]!),
    ];
    files.push(Uint8Array.from(Buffer.concat(whole)));
  }
  return files.map((bytes, index) => ({ name: `made-${index}`, bytes }));
}

const mutateOrNot = (prng: Prng, bytes: Uint8Array, corpus: Corpus): Uint8Array =>
  prng.once(2) ? bytes : mutateBytes(prng, bytes, corpus.stock);

/** Lengths are what a reader trusts: words at a multiple of four are damaged more often than others. */
function damaged(prng: Prng, bytes: Uint8Array, corpus: Corpus): Uint8Array {
  if (prng.once(2)) return mutateBytes(prng, bytes, corpus.stock);
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (let left = prng.few(4); left > 0 && copy.length >= 8; left--) {
    const at = 4 * prng.below((copy.length >> 2) - 1);
    const value = prng.of([
      0,
      1,
      7,
      8,
      11,
      12,
      16,
      28,
      0x7fff_ffff,
      0x8000_0000,
      0xffff_fff0,
      0xffff_fffc,
      0xffff_ffff,
      copy.length,
      prng.next(),
    ]);
    view.setUint32(at, value, prng.once(2));
  }
  return copy;
}

async function readAll(bytes: Uint8Array, chunk: number, most: number): Promise<void> {
  const whole = sourceOf(bytes);
  const reader = await openCaptureReader(
    { ...whole, read: (into, at, length) => whole.read(into, at, Math.min(length, most)) },
    chunk,
  );
  const packet = new Packet();
  let left = 0;
  while (await reader.fill()) {
    while (reader.next(packet)) {
      left += packet.frameEnd - packet.frameStart;
      if (packet.frameStart < 0 || packet.frameEnd < packet.frameStart || packet.frameEnd > packet.frame.length)
        throw new Broken(`frame [${packet.frameStart}, ${packet.frameEnd}) of ${packet.frame.length}`);
      if (packet.length < 0) throw new Broken(`length ${packet.length}`);
      if (!(packet.nanoseconds >= 0 && packet.nanoseconds < 1e9)) throw new Broken(`nanoseconds ${packet.nanoseconds}`);
      formatTimestamp(packet.seconds, packet.nanoseconds);
    }
  }
  if (left > bytes.length) throw new Broken(`${left} bytes of frames in a file of ${bytes.length}`);
  await reader.close();
}

async function readPacked(bytes: Uint8Array): Promise<void> {
  fs.writeFileSync(FILE, bytes);
  const source = await openCaptureSource(FILE, realClock, NEVER);
  try {
    const reader = await openCaptureReader(source, 65_536);
    const packet = new Packet();
    while (await reader.fill()) while (reader.next(packet));
  } finally {
    await source.close();
  }
}

/** A capture and what it is written as hold the same packets. */
async function rewritten(bytes: Uint8Array, chunk: number): Promise<void> {
  for (const writer of [new PcapngWriter(), new PcapWriter('x', 0)]) {
    const out: Uint8Array[] = [];
    const sink = { write: (part: Uint8Array) => Promise.resolve(void out.push(Uint8Array.from(part))) };
    const reader = await openCaptureReader(sourceOf(bytes), chunk);
    const { written } = await rewrite(new PacketFeed(reader, new Dissector(REGISTRY)), writer, sink, NEVER, {
      filter: null,
      most: Number.POSITIVE_INFINITY,
      annotate: null,
      packetBuffered: false,
    });
    const again = await openCaptureReader(sourceOf(Uint8Array.from(Buffer.concat(out))), chunk);
    const packet = new Packet();
    let read = 0;
    while (await again.fill()) while (again.next(packet)) read++;
    if (read !== written) throw new Broken(`${written} packets were written, ${read} can be read`);
    if (again.problems.length > 0) throw new Broken(`what was written is damaged: ${again.problems[0]}`);
  }
}
