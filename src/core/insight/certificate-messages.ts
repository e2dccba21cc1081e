import { type CertificateText, readFirstCertificate } from '../wire/app/x509.ts';
import { ByFlow } from '../wire/by-flow.ts';
import { u16, u24 } from '../wire/bytes.ts';
import type { Flow } from '../wire/flow.ts';
import type { Packet } from '../wire/packet.ts';

// RFC 5246, 6.2.1 and 7.4: record header (type 1, version 2, length 2); message header (type 1, length 3).
const RECORD = 5;
const HANDSHAKE = 22;
const HEADER = 4;
const CERTIFICATE = 11;
const MOST_RECORDS = 64;
/** A longer message is not collected. */
const LONGEST = 64 * 1024;
/** Flows with a message that goes on. */
const MOST_OPEN = 1000;

/** A handshake message whose rest lies in records to come. */
interface Part {
  readonly direction: number;
  readonly bytes: Uint8Array;
  /** Bytes of it that are there. */
  size: number;
}

/** Collects the Certificate messages that TLS 1.2 and older send in clear, over records and segments. */
export class CertificateMessages {
  private readonly open = new ByFlow<Part>((flow) => flow.isOver);

  /** The certificate whose message ends in the layer, which is one of TLS; null for none. */
  take(packet: Packet, layer: number): CertificateText | null {
    const { flow, direction } = packet;
    const bytes = packet.layerBytes[layer]!;
    const end = packet.layerEnd[layer]!;
    let at = packet.layerStart[layer]!;
    if (flow === null || bytes[at] !== HANDSHAKE) return null;
    let found: CertificateText | null = null;
    for (let count = 0; at + RECORD <= end && count < MOST_RECORDS && bytes[at] === HANDSHAKE; count++) {
      const stop = at + RECORD + u16(bytes, at + 3);
      if (stop > end) break;
      found ??= this.takeRecord(flow, direction, bytes, at + RECORD, stop);
      at = stop;
    }
    return found;
  }

  private takeRecord(
    flow: Flow,
    direction: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): CertificateText | null {
    const part = this.open.get(flow);
    let at = start;
    if (part !== undefined && part.direction === direction) {
      const more = Math.min(part.bytes.length - part.size, end - at);
      part.bytes.set(bytes.subarray(at, at + more), part.size);
      part.size += more;
      if (part.size < part.bytes.length) return null;
      this.open.delete(flow);
      return readFirstCertificate(part.bytes, 0, part.size);
    }
    while (at + HEADER <= end) {
      const body = at + HEADER;
      const stop = body + u24(bytes, at + 1);
      if (bytes[at] === CERTIFICATE && stop <= end) return readFirstCertificate(bytes, body, stop);
      if (bytes[at] === CERTIFICATE && stop - body <= LONGEST && this.open.size < MOST_OPEN) {
        const kept = new Uint8Array(stop - body);
        kept.set(bytes.subarray(body, end));
        this.open.set(flow, { direction, bytes: kept, size: end - body });
      }
      at = stop;
    }
    return null;
  }
}
