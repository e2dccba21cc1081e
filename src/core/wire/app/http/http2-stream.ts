import { AgedMap } from '../../aged-map.ts';
import type { Direction } from '../../direction.ts';
import { keyedNumber } from '../../keyed-number.ts';
import { HpackDecoder } from './hpack.ts';

const LONGEST_BODY = 65_535;
const MOST_STREAMS = 4096;

/** One exchange of an HTTP/2 or HTTP/3 connection: what statistics tell of it. */
export class Http2Stream {
  readonly id: number;
  /** The direction its server sends in: 0 from A to B. */
  readonly server: number;
  readonly version: 'HTTP/2' | 'HTTP/3';
  /** Bytes of frames each way. */
  requestBytes = 0;
  responseBytes = 0;
  /** Body of a DNS message (RFC 8484), for each direction; null for other bodies. */
  readonly body: [Uint8Array | null, Uint8Array | null] = [null, null];

  constructor(id: number, server: number, version: 'HTTP/2' | 'HTTP/3' = 'HTTP/2') {
    this.id = id;
    this.server = server;
    this.version = version;
  }

  /** Keeps more of a body that is wanted. */
  append(direction: Direction, bytes: Uint8Array): void {
    const body = this.body[direction];
    if (body === null || body.length + bytes.length > LONGEST_BODY) return;
    const larger = new Uint8Array(body.length + bytes.length);
    larger.set(body);
    larger.set(bytes, body.length);
    this.body[direction] = larger;
  }
}

/** The fields of one header block, and the stream that it belongs to: the promised one for PUSH_PROMISE. */
export class Http2Headers {
  readonly stream: Http2Stream;
  readonly fields: ReadonlyMap<string, string>;

  constructor(stream: Http2Stream, fields: ReadonlyMap<string, string>) {
    this.stream = stream;
    this.fields = fields;
  }
}

/** A header block that goes on in CONTINUATION frames. */
export interface HeaderBlock {
  readonly stream: number;
  /** It promises a request that the server would have had to get from the client. */
  readonly promise: boolean;
  bytes: Uint8Array;
  /** Of its frames. */
  length: number;
}

/** What is remembered of an HTTP/2 connection from frame to frame. */
export class Http2Connection {
  /** The direction the server sends in, -1 while that is not known. */
  server = -1;
  readonly decoders: readonly [HpackDecoder, HpackDecoder] = [new HpackDecoder(), new HpackDecoder()];
  readonly blocks: [HeaderBlock | null, HeaderBlock | null] = [null, null];
  private readonly streams = new AgedMap<number, Http2Stream>(MOST_STREAMS);

  stream(id: number): Http2Stream | undefined {
    return this.streams.get(keyedNumber(id));
  }

  /** The stream of this number, a new one if need be; the oldest gives way when there are too many. */
  open(id: number): Http2Stream {
    const key = keyedNumber(id);
    const known = this.streams.get(key);
    if (known !== undefined) return known;
    const stream = new Http2Stream(id, this.server);
    this.streams.add(key, stream);
    return stream;
  }
}
