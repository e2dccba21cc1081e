import type { ByteSource } from './byte-source.ts';
import { notACapture } from './capture-problem.ts';
import type { CaptureReader } from './capture-reader.ts';
import { Chunks } from './chunks.ts';
import { PCAP_HEADER, PcapReader, pcapByteOrder, viewOf } from './pcap-reader.ts';
import { PcapngReader, SECTION_HEADER } from './pcapng-reader.ts';

/**
 * Opens a capture by its first bytes, reading `chunk` bytes at once. Rejects with a Failure 65 for what is none, and as
 * `source.read` does.
 */
export async function openCaptureReader(source: ByteSource, chunk?: number): Promise<CaptureReader> {
  const chunks = new Chunks(source, chunk);
  if (!(await chunks.need(4))) {
    const length = chunks.end - chunks.offset;
    throw notACapture(source.name, length === 0 ? 'it is empty' : `it has ${length} bytes`);
  }
  const view = viewOf(chunks.bytes);
  if (view.getUint32(chunks.offset) === SECTION_HEADER) {
    if (!(await chunks.need(28))) throw notACapture(source.name, 'cut short in its header');
    return withRest(new PcapngReader(chunks, source.name, () => source.close()), source);
  }
  const order = pcapByteOrder(view, chunks.offset);
  // they are not quoted: root may have been asked for a file that who asks may not read
  if (order === null) throw notACapture(source.name, 'it begins as neither pcap nor pcapng does');
  if (!(await chunks.need(PCAP_HEADER))) throw notACapture(source.name, 'cut short in its header');
  return withRest(new PcapReader(chunks, order === 'little', () => source.close()), source);
}

/**
 * What was read to tell the format may hold frames already: the first `fill` offers them. At the end, a pack that was cut
 * short between two frames is a problem too, which the bytes themselves do not show.
 */
function withRest(reader: CaptureReader, source: ByteSource): CaptureReader {
  const fill = reader.fill.bind(reader);
  let first = true;
  reader.fill = async () => {
    if (first) {
      first = false;
      return true;
    }
    const more = await fill();
    if (!more && reader.problems.length === 0 && source.isCutShort?.() === true)
      (reader.problems as string[]).push('cut short: what it is packed in ends too early');
    return more;
  };
  return reader;
}
