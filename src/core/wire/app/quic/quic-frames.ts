import { afterVarint, readVarint } from './quic-crypto-stream.ts';

// RFC 9000, 19; RFC 9221, 4 (DATAGRAM).
const PADDING = 0;
const ACK = 2;
const ACK_ECN = 3;
export const CRYPTO = 6;
const NEW_TOKEN = 7;
const FIRST_STREAM = 8;
const LAST_STREAM = 15;
export const NEW_CONNECTION_ID = 0x18;
const PATH_CHALLENGE = 0x1a;
const PATH_RESPONSE = 0x1b;
const CLOSE = 0x1c;
const CLOSE_BY_APPLICATION = 0x1d;
const DATAGRAM = 0x30;
const DATAGRAM_WITH_LENGTH = 0x31;
const FIN = 1;
const HAS_LENGTH = 2;
const HAS_OFFSET = 4;
const RESET_TOKEN = 16;
const PATH_DATA = 8;
const LONGEST_ID = 20;
const MOST_FRAMES = 4096;

/** Names of frames, with how many variable-length integers are all that follows the type, and the name of each one. */
interface Kind {
  readonly name: string;
  /** As in Wireshark's summary lines. */
  readonly short: string;
  readonly integers?: readonly string[];
}
const KINDS: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  [PADDING, { name: 'PADDING', short: 'PADDING' }],
  [1, { name: 'PING', short: 'PING', integers: [] }],
  [ACK, { name: 'ACK', short: 'ACK' }],
  [ACK_ECN, { name: 'ACK_ECN', short: 'ACK_ECN' }],
  [4, { name: 'RESET_STREAM', short: 'RS', integers: ['Stream ID', 'Error Code', 'Final Size'] }],
  [5, { name: 'STOP_SENDING', short: 'SS', integers: ['Stream ID', 'Error Code'] }],
  [CRYPTO, { name: 'CRYPTO', short: 'CRYPTO' }],
  [NEW_TOKEN, { name: 'NEW_TOKEN', short: 'NT' }],
  [0x10, { name: 'MAX_DATA', short: 'MD', integers: ['Maximum Data'] }],
  [0x11, { name: 'MAX_STREAM_DATA', short: 'MSD', integers: ['Stream ID', 'Maximum Stream Data'] }],
  [0x12, { name: 'MAX_STREAMS', short: 'MS', integers: ['Maximum Streams'] }],
  [0x13, { name: 'MAX_STREAMS', short: 'MS', integers: ['Maximum Streams'] }],
  [0x14, { name: 'DATA_BLOCKED', short: 'DB', integers: ['Maximum Data'] }],
  [0x15, { name: 'STREAM_DATA_BLOCKED', short: 'SDB', integers: ['Stream ID', 'Maximum Stream Data'] }],
  [0x16, { name: 'STREAMS_BLOCKED', short: 'SB', integers: ['Maximum Streams'] }],
  [0x17, { name: 'STREAMS_BLOCKED', short: 'SB', integers: ['Maximum Streams'] }],
  [NEW_CONNECTION_ID, { name: 'NEW_CONNECTION_ID', short: 'NCI' }],
  [0x19, { name: 'RETIRE_CONNECTION_ID', short: 'RC', integers: ['Sequence Number'] }],
  [PATH_CHALLENGE, { name: 'PATH_CHALLENGE', short: 'PC' }],
  [PATH_RESPONSE, { name: 'PATH_RESPONSE', short: 'PR' }],
  [CLOSE, { name: 'CONNECTION_CLOSE', short: 'CC' }],
  [CLOSE_BY_APPLICATION, { name: 'CONNECTION_CLOSE', short: 'CC' }],
  [0x1e, { name: 'HANDSHAKE_DONE', short: 'DONE', integers: [] }],
  [DATAGRAM, { name: 'DATAGRAM', short: 'DG' }],
  [DATAGRAM_WITH_LENGTH, { name: 'DATAGRAM', short: 'DG' }],
]);
const STREAM: Kind = { name: 'STREAM', short: 'STREAM' };

/** A frame of a packet; one object that is used for all of them. */
export class QuicFrame {
  type = 0;
  kind: Kind = STREAM;
  /** Where the data lies that it carries: of a stream or of the handshake, a token, an id; all of a padding. */
  start = 0;
  end = 0;
  /** Its integers, in their order: as many as `KINDS` names; of a STREAM frame its id, of an ACK what it acknowledges. */
  readonly values = new Float64Array(3);
  /** Of STREAM and CRYPTO frames: where in the stream the data belongs. */
  offset = 0;

  get isStream(): boolean {
    return this.type >= FIRST_STREAM && this.type <= LAST_STREAM;
  }

  /** Of a STREAM frame. */
  get isFin(): boolean {
    return (this.type & FIN) !== 0;
  }
}

const frame = new QuicFrame();

/**
 * Calls `take` for each frame of a decrypted payload, at most 4,096. False when it has a frame that is not known, or one
 * that does not fit.
 */
export function eachFrame(plain: Uint8Array, take: (frame: QuicFrame) => void): boolean {
  const end = plain.length;
  let at = 0;
  for (let frames = 0; at < end && frames < MOST_FRAMES; frames++) {
    at = readFrame(plain, at, end);
    if (at < 0) return false;
    take(frame);
  }
  return true;
}

/** Fills `frame`; the offset behind it, -1 when it does not fit. */
function readFrame(bytes: Uint8Array, from: number, end: number): number {
  const type = readVarint(bytes, from, end);
  if (type < 0) return -1;
  let at = afterVarint(bytes, from);
  frame.type = type;
  frame.kind = frame.isStream ? STREAM : (KINDS.get(type) ?? STREAM);
  frame.offset = 0;
  frame.start = frame.end = at;
  const next = (): number => {
    if (at < 0) return 0;
    const value = readVarint(bytes, at, end);
    at = value < 0 ? -1 : afterVarint(bytes, at);
    return Math.max(0, value);
  };
  const data = (length: number): number => {
    if (at < 0 || length > end - at) return -1;
    frame.start = at;
    frame.end = at + length;
    return frame.end;
  };
  if (type === PADDING) {
    while (at < end && bytes[at] === PADDING) at++;
    frame.start = from;
    frame.end = at;
    return at;
  }
  if (frame.isStream) {
    frame.values[0] = next();
    if ((type & HAS_OFFSET) !== 0) frame.offset = next();
    const length = (type & HAS_LENGTH) !== 0 ? next() : end - at;
    return data(length);
  }
  const integers = KINDS.get(type)?.integers;
  if (integers !== undefined) {
    for (let index = 0; index < integers.length; index++) frame.values[index] = next();
    return at;
  }
  switch (type) {
    case ACK:
    case ACK_ECN: {
      frame.values[0] = next();
      next(); // delay
      const ranges = next();
      next(); // first range
      for (let index = 0; at >= 0 && index < 2 * ranges; index++) next();
      for (let index = 0; type === ACK_ECN && index < 3; index++) next();
      return at;
    }
    case CRYPTO:
      frame.offset = next();
      return data(next());
    case NEW_TOKEN:
    case DATAGRAM_WITH_LENGTH:
      return data(next());
    case DATAGRAM:
      return data(end - at);
    case NEW_CONNECTION_ID: {
      frame.values[0] = next();
      next(); // retire prior to
      if (at < 0 || at >= end) return -1;
      const length = bytes[at++]!;
      if (length === 0 || length > LONGEST_ID || data(length) < 0) return -1;
      at = frame.end + RESET_TOKEN;
      return at > end ? -1 : at;
    }
    case PATH_CHALLENGE:
    case PATH_RESPONSE:
      return data(PATH_DATA);
    case CLOSE:
    case CLOSE_BY_APPLICATION:
      frame.values[0] = next();
      if (type === CLOSE) next(); // type of the frame that was wrong
      return data(next());
    default:
      return -1;
  }
}
