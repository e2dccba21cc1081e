import { AgedMap } from '../../aged-map.ts';
import { keyedNumber } from '../../keyed-number.ts';
import type { Packet } from '../../packet.ts';
import { Http2Headers, Http2Stream } from '../http/http2-stream.ts';
import { http3 } from './http3.ts';
import {
  CONTROL_STREAM,
  DATA,
  ENCODER_STREAM,
  HEADERS,
  isUnidirectional,
  SETTINGS,
  tableCapacity,
} from './http3-frames.ts';
import { QpackDecoder } from './qpack.ts';
import { afterVarint, readVarint } from './quic-crypto-stream.ts';
import type { QuicStream } from './quic-stream.ts';

/** Exchanges of a connection that are remembered; the oldest give way. */
const MOST_EXCHANGES = 512;
/** Longer HEADERS and SETTINGS frames are not read. */
const LONGEST_FRAME = 64 * 1024;
/** Field sections that wait for entries of the table they refer to, and the bytes of all of them. */
const MOST_BLOCKED = 64;
const MOST_BLOCKED_BYTES = 64 * 1024;

interface BlockedSection {
  readonly stream: QuicStream;
  readonly bytes: Uint8Array;
  readonly needs: number;
}

/** What the streams of one HTTP/3 connection carry (RFC 9114): its requests and responses as messages. */
export class Http3Session {
  private readonly decoders: readonly [ofClient: QpackDecoder, ofServer: QpackDecoder] = [
    new QpackDecoder(),
    new QpackDecoder(),
  ];
  private readonly exchanges = new AgedMap<number, Http2Stream>(MOST_EXCHANGES);
  private blocked: BlockedSection[] = [];
  private blockedBytes = 0;

  /**
   * Takes bytes of a stream where what is wanted of it begins. How many are not wanted again: fewer than there are while
   * something goes on, more when the next ones are of no interest either.
   */
  read(packet: Packet, stream: QuicStream, bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    if (isUnidirectional(stream.id) && stream.type < 0) {
      stream.type = readVarint(bytes, at, end);
      if (stream.type < 0) return 0;
      at = afterVarint(bytes, at);
    }
    if (isUnidirectional(stream.id) && stream.type === ENCODER_STREAM) {
      at += this.decoders[stream.ofClient ? 0 : 1].instructions(bytes, at, end);
      this.unblock(packet);
      return at - start;
    }
    if (isUnidirectional(stream.id) && stream.type !== CONTROL_STREAM) {
      stream.isGivenUp = true; // a pushed response, or acknowledgements of the table
      return end - start;
    }
    return this.frames(packet, stream, bytes, at, end) - start;
  }

  private frames(packet: Packet, stream: QuicStream, bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (at < end) {
      const type = readVarint(bytes, at, end);
      const length = type < 0 ? -1 : readVarint(bytes, afterVarint(bytes, at), end);
      if (length < 0) return at;
      const body = afterVarint(bytes, afterVarint(bytes, at));
      const next = body + length;
      const isRead = (type === HEADERS || type === SETTINGS) && length <= LONGEST_FRAME;
      if (isRead && next > end) return at;
      if (type === SETTINGS && isRead) {
        // it is the other side's encoder that the settings tell what it may use
        this.decoders[stream.ofClient ? 1 : 0].allow(tableCapacity(bytes, body, next));
      } else if (type === HEADERS || type === DATA) {
        this.measure(packet, stream, next - at);
        if (type === HEADERS && isRead) this.headers(packet, stream, bytes, body, next);
      }
      at = next;
    }
    return at;
  }

  private headers(packet: Packet, stream: QuicStream, bytes: Uint8Array, start: number, end: number): void {
    const decoder = this.decoders[stream.ofClient ? 0 : 1];
    const needs = decoder.needs(bytes, start, end);
    if (needs < 0) return;
    if (needs <= decoder.inserted) {
      this.tell(packet, stream, decoder.decode(bytes, start, end));
      return;
    }
    if (this.blocked.length >= MOST_BLOCKED || this.blockedBytes + end - start > MOST_BLOCKED_BYTES) return;
    this.blocked.push({ stream, bytes: bytes.slice(start, end), needs });
    this.blockedBytes += end - start;
  }

  /** Sections that had to wait for entries which have come now. */
  private unblock(packet: Packet): void {
    if (this.blocked.length === 0) return;
    this.blocked = this.blocked.filter(({ stream, bytes, needs }) => {
      const decoder = this.decoders[stream.ofClient ? 0 : 1];
      if (needs > decoder.inserted) return true;
      this.blockedBytes -= bytes.length;
      this.tell(packet, stream, decoder.decode(bytes, 0, bytes.length));
      return false;
    });
  }

  private tell(packet: Packet, stream: QuicStream, fields: ReadonlyMap<string, string>): void {
    if (!fields.has(':status') && !fields.has(':method')) return; // trailers
    const exchange = this.exchange(packet, stream);
    packet.message(http3.id, packet.offset, packet.offset).detail = new Http2Headers(exchange, fields);
  }

  private measure(packet: Packet, stream: QuicStream, length: number): void {
    const exchange = this.exchange(packet, stream);
    if (stream.ofClient) exchange.requestBytes += length;
    else exchange.responseBytes += length;
  }

  private exchange(packet: Packet, { id, ofClient }: QuicStream): Http2Stream {
    const key = keyedNumber(id);
    const known = this.exchanges.get(key);
    if (known !== undefined) return known;
    const exchange = new Http2Stream(id, ofClient ? 1 - packet.direction : packet.direction, 'HTTP/3');
    this.exchanges.add(key, exchange);
    return exchange;
  }
}
