import type { ByteSource } from './byte-source.ts';
import { notACapture } from './capture-problem.ts';
import type { CaptureReader } from './capture-reader.ts';
import { Chunks } from './chunks.ts';
import { PCAP_HEADER, PcapReader, pcapByteOrder, viewOf } from './pcap-reader.ts';
import { PcapngReader, SECTION_HEADER } from './pcapng-reader.ts';

/**
 * Opens a capture by its first bytes, reading `chunk` bytes at once. The one interface of a pcap file, which does
 * not name it, is called `interfaceName`. Rejects with a Failure 65 for what is none, and as
 * `source.read` does.
 */
export async function openCaptureReader(
  source: ByteSource,
  chunk?: number,
  interfaceName: string | null = null,
): Promise<CaptureReader> {
  const chunks = new Chunks(source, chunk);
  if (!(await chunks.need(4))) {
    const length = chunks.end - chunks.offset;
    throw notACapture(source.name, length === 0 ? 'it is empty' : `it has ${length} bytes`);
  }
  const view = viewOf(chunks.bytes);
  if (view.getUint32(chunks.offset) === SECTION_HEADER) {
    if (!(await chunks.need(28))) throw notACapture(source.name, 'cut short in its header');
    return new PcapngReader(chunks, source.name);
  }
  const order = pcapByteOrder(view, chunks.offset);
  // they are not quoted: root may have been asked for a file that who asks may not read
  if (order === null) throw notACapture(source.name, 'it does not begin like a pcap or pcapng file');
  if (!(await chunks.need(PCAP_HEADER))) throw notACapture(source.name, 'cut short in its header');
  return new PcapReader(chunks, order === 'little', interfaceName);
}
