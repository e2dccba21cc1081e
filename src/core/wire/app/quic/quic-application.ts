import { u16 } from '../../bytes.ts';
import type { Packet } from '../../packet.ts';
import type { Dissection, Protocol } from '../../protocol.ts';
import { dns } from '../dns/dns.ts';
import { http3 } from './http3.ts';
import { CONTROL_STREAM, isUnidirectional, wholeFrames } from './http3-frames.ts';
import { Http3Session } from './http3-session.ts';
import { afterVarint, readVarint } from './quic-crypto-stream.ts';
import type { OpenedQuic } from './quic-opened.ts';
import type { QuicStream, StreamOwner } from './quic-stream.ts';

const HTTP3 = /^h3(?:-\d+)?$/;
/** RFC 9250, 4.1.1, and its drafts. */
const DNS = /^doq(?:-i\d+)?$/;
/** The length before each message (RFC 9250, 4.2). */
const DNS_LENGTH = 2;

/** A layer that stands behind those of QUIC in the datagram. */
interface Layer {
  readonly protocol: Protocol;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** What streams carry, by the protocol the server chose. */
export class QuicApplication {
  readonly quic: Protocol;
  private layers: Layer[] = [];
  private readonly http3 = new WeakMap<StreamOwner, Http3Session>();

  constructor(quic: Protocol) {
    this.quic = quic;
  }

  /** The protocol of a client that offers these, where all of them are versions of one. */
  offered(names: readonly string[]): string | null {
    for (const kind of [HTTP3, DNS]) if (names.length > 0 && names.every((name) => kind.test(name))) return names[0]!;
    return null;
  }

  /** Takes bytes of a stream where what is wanted of it begins; how many are not wanted again, which may be more. */
  read(packet: Packet, stream: QuicStream, bytes: Uint8Array, start: number, end: number): number {
    const { session } = stream;
    const protocol = session.protocol ?? '';
    if (HTTP3.test(protocol)) {
      let known = this.http3.get(session);
      if (known === undefined) {
        known = new Http3Session();
        this.http3.set(session, known);
      }
      return known.read(packet, stream, bytes, start, end);
    }
    if (DNS.test(protocol)) return this.readDns(bytes, start, end);
    stream.isGivenUp = true;
    return end - start;
  }

  /**
   * Notes the layers that data of a stream has in Wireshark: one of HTTP/3 where a frame, or what is no frame, is whole in
   * it. For a frame that goes on in other packets it has none.
   */
  layer(stream: QuicStream, opened: OpenedQuic, start: number, end: number, offset: number): void {
    if (!HTTP3.test(stream.session.alpn ?? '')) return;
    const { plain } = opened;
    const continued = stream.continued(offset, offset + end - start);
    let at = start + continued;
    if (at >= end) return;
    const isOneWay = isUnidirectional(stream.id);
    if (isOneWay && offset === 0) {
      const type = readVarint(plain, at, end);
      if (type < 0) return;
      at = afterVarint(plain, at);
    }
    let types: readonly number[] = [];
    let used = end - start;
    if (!isOneWay || (offset === 0 ? plain[start] : stream.type) === CONTROL_STREAM) {
      const whole = wholeFrames(plain, at, end);
      types = whole.types;
      used = at + whole.length - (start + continued);
      const frameStart = offset + at + whole.length - start;
      if (whole.missing !== 0) stream.goesOn(frameStart, offset + end - start, whole.missing);
    }
    if (used === 0) return;
    this.layers.push({ protocol: http3, bytes: plain, start, end });
    opened.carried.push({ start, end, types });
  }

  /** Gives the packet the layers of the datagram. */
  addLayers(packet: Packet, dissection: Dissection): void {
    if (this.layers.length === 0) return;
    const { bytes, offset, end, reportedEnd } = packet;
    for (const layer of this.layers) {
      packet.bytes = layer.bytes;
      packet.offset = layer.start;
      packet.end = packet.reportedEnd = layer.end;
      if (layer.protocol === dns) dns.datagram!(packet, dissection);
      else packet.push(layer.protocol.id);
    }
    packet.bytes = bytes;
    packet.offset = offset;
    packet.end = end;
    packet.reportedEnd = reportedEnd;
    this.layers = [];
  }

  /** The datagram begins; one that threw may have left layers. */
  begin(): void {
    if (this.layers.length > 0) this.layers = [];
  }

  private readDns(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (end - at >= DNS_LENGTH) {
      const next = at + DNS_LENGTH + u16(bytes, at);
      if (next > end) break;
      if (next > at + DNS_LENGTH) {
        this.layers.push({
          protocol: dns,
          bytes: bytes.slice(at + DNS_LENGTH, next),
          start: 0,
          end: next - at - DNS_LENGTH,
        });
      }
      at = next;
    }
    return at - start;
  }
}
