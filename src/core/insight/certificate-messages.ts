import { type CertificateText, readFirstCertificate } from '../wire/app/tls/x509.ts';
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
class Part {
  readonly direction: number;
  readonly header = new Uint8Array(HEADER);
  /** Bytes of the header that are there, and bytes of the body that are still to come. */
  headerSize = 0;
  left = 0;
  /** The body of a Certificate message; null for others, whose bytes are only counted. */
  body: Uint8Array | null = null;

  constructor(direction: number) {
    this.direction = direction;
  }
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

  /** A record's messages in [start, end): the last one may go on in the next record. */
  private takeRecord(
    flow: Flow,
    direction: number,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): CertificateText | null {
    let part = this.open.get(flow);
    if (part !== undefined && part.direction !== direction) part = undefined;
    let found: CertificateText | null = null;
    let at = start;
    while (at < end) {
      if (part === undefined) {
        // a message that is whole needs no memory
        const stop = at + HEADER <= end ? at + HEADER + u24(bytes, at + 1) : end + 1;
        if (stop <= end) {
          if (bytes[at] === CERTIFICATE) found ??= readFirstCertificate(bytes, at + HEADER, stop);
          at = stop;
          continue;
        }
        part = new Part(direction);
      }
      at = fill(part, bytes, at, end);
      if (part.headerSize < HEADER || part.left > 0) break;
      if (part.body !== null) found ??= readFirstCertificate(part.body, 0, part.body.length);
      part = undefined;
    }
    if (part === undefined) this.open.delete(flow);
    else if (this.open.size < MOST_OPEN || this.open.has(flow)) this.open.set(flow, part);
    return found;
  }
}

/** Gives the part what it lacks of [at, end); returns where the rest begins. */
function fill(part: Part, bytes: Uint8Array, at: number, end: number): number {
  let next = at;
  while (part.headerSize < HEADER && next < end) {
    part.header[part.headerSize++] = bytes[next++]!;
    if (part.headerSize < HEADER) continue;
    part.left = u24(part.header, 1);
    if (part.header[0] === CERTIFICATE && part.left <= LONGEST) part.body = new Uint8Array(part.left);
  }
  const more = Math.min(part.left, end - next);
  part.body?.set(bytes.subarray(next, next + more), part.body.length - part.left);
  part.left -= more;
  return next + more;
}
