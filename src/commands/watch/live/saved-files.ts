import { NO_OPTIONS } from '../../../core/capture/capture-reader.ts';
import { PcapWriter } from '../../../core/capture/pcap-writer.ts';
import { PcapngWriter } from '../../../core/capture/pcapng-writer.ts';
import { messageOf } from '../../../core/failure.ts';
import type { PacketStore } from '../../../core/packet/packet-store.ts';
import { type StreamPages, streamPages } from '../../../core/stream/stream-pages.ts';
import { Packet } from '../../../core/wire/packet.ts';
import type { CaptureFiles, OutputFile } from '../../../platform/files/capture-output.ts';
import type { StreamState } from '../model/packets-state.ts';

/** Bytes that are handed to the disk at once. */
const WRITTEN_BYTES = 1024 * 1024;
/** Names that are tried when a file is there already. */
const MOST_TRIES = 9;
/** Lines of a stream that are made at once. */
const LINES = 1000;

/** A file that was written. */
export interface Saved {
  readonly file: string;
  /** Packets or bytes. */
  readonly count: number;
}

/** Writes packets that are held as a new capture `${stem}.pcap`, or .pcapng where that format alone can hold them. Rejects with a Failure. */
export async function savePackets(
  files: CaptureFiles,
  stem: string,
  store: PacketStore,
  numbers: readonly number[],
): Promise<Saved> {
  const packet = new Packet();
  const load = (number: number): boolean => {
    if (!store.holds(number)) return false;
    store.load(number, packet);
    // blocks that are no packets have no interface
    return packet.linkType >= 0 && store.interfaces[packet.iface] !== undefined;
  };
  let isSimple = true;
  let iface = -1;
  for (const number of numbers) {
    if (!load(number)) continue;
    if (iface < 0) iface = packet.iface;
    isSimple &&= iface === packet.iface && store.commentOf(number) === null;
  }
  const extension = isSimple ? 'pcap' : 'pcapng';
  const { output, file } = await createNew(files, stem, extension);
  const writer = isSimple ? new PcapWriter(file) : new PcapngWriter();
  writer.prepare(iface < 0 ? [] : isSimple ? [store.interfaces[iface]!] : store.interfaces, NO_OPTIONS, false);
  let count = 0;
  return writing(output, async () => {
    for (const number of numbers) {
      if (!load(number)) continue;
      writer.add(packet, store.interfaces[packet.iface]!, store.commentOf(number), NO_OPTIONS);
      count++;
      if (writer.pending >= WRITTEN_BYTES) await output.write(writer.take());
    }
    await output.write(writer.take());
    return { file, count };
  });
}

/** Writes what is shown of a stream as a new file: its bytes, or its dump. Rejects with a Failure. */
export async function saveStream(files: CaptureFiles, stem: string, state: StreamState): Promise<Saved> {
  const { stream, format, directions } = state;
  const pieces = stream.pieces.filter(
    ({ direction }) => directions === 'both' || (directions === 'a') === (direction === 0),
  );
  const { output, file } = await createNew(files, stem, format === 'hex' || directions === 'both' ? 'txt' : 'bin');
  let count = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    count += bytes.length;
    await output.write(bytes);
  };
  return writing(output, async () => {
    // what one side sent is written as it sent it
    if (format === 'text' && directions !== 'both') for (const { bytes } of pieces) await write(bytes);
    else await writeLines(streamPages(pieces, format, Number.MAX_SAFE_INTEGER), write);
    return { file, count };
  });
}

async function writeLines(pages: StreamPages, write: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  for (let from = 0; from < pages.count; from += LINES) {
    const lines = pages.lines(from, Math.min(pages.count, from + LINES));
    await write(Buffer.from(lines.map(({ text }) => `${text}\n`).join('')));
  }
}

/** Finishes the file, or removes it when something goes wrong. */
async function writing(output: OutputFile, write: () => Promise<Saved>): Promise<Saved> {
  try {
    const saved = await write();
    await output.finish();
    return saved;
  } catch (error) {
    await output.abandon().catch(() => {});
    throw error;
  }
}

/** A file that is not there yet: another one may have been written in the same second. */
async function createNew(
  files: CaptureFiles,
  stem: string,
  extension: string,
): Promise<{ readonly output: OutputFile; readonly file: string }> {
  for (let tried = 1; ; tried++) {
    const file = `${stem}${tried === 1 ? '' : `_${tried}`}.${extension}`;
    try {
      return { output: await files.create(file, false), file };
    } catch (error) {
      if (tried === MOST_TRIES || !messageOf(error).includes('exists already')) throw error;
    }
  }
}

/** A moment as it stands in names of files, by the clock on the wall: 20260218_150432. */
export function stampOf(millis: number): string {
  const at = new Date(millis);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [String(at.getFullYear()), two(at.getMonth() + 1), two(at.getDate())].join('');
  return `${day}_${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('')}`;
}
