import fs from 'node:fs';

/** Captures of floods: more flows, messages or addresses than memory should hold, written as they are made. */

const RECORD = 16;
const ETHERNET = 14;
const IPV4 = 20;
const SYN = 0x02;
const PUSH_ACK = 0x18;
const ACK = 0x10;

/** One side of a made packet: the number of an address in 10.0.0.0/8, and a port. */
export interface End {
  readonly host: number;
  readonly port: number;
}

/** Writes a pcap packet by packet, in memory that does not grow. */
export class FloodFile {
  /** Seconds of the next packet, and its nanoseconds. */
  seconds = 1_700_000_000;
  microseconds = 0;
  private readonly descriptor: number;
  private buffer = Buffer.alloc(1024 * 1024);
  private length = 24;

  constructor(file: string) {
    this.descriptor = fs.openSync(file, 'w');
    this.buffer.writeUInt32LE(0xa1b2c3d4, 0);
    this.buffer.writeUInt16LE(2, 4);
    this.buffer.writeUInt16LE(4, 6);
    this.buffer.writeUInt32LE(65_535, 16);
    this.buffer.writeUInt32LE(1, 20);
  }

  tcp(from: End, to: End, flags: number, seq: number, ack: number, payload: Buffer = NOTHING): void {
    const at = this.begin(6, from, to, 20 + payload.length);
    const { buffer } = this;
    buffer.writeUInt32BE(seq >>> 0, at + 4);
    buffer.writeUInt32BE(ack >>> 0, at + 8);
    buffer[at + 12] = 0x50;
    buffer[at + 13] = flags;
    buffer.writeUInt16BE(8192, at + 14);
    buffer.fill(0, at + 16, at + 20);
    payload.copy(buffer, at + 20);
  }

  udp(from: End, to: End, payload: Buffer): void {
    const at = this.begin(17, from, to, 8 + payload.length);
    this.buffer.writeUInt16BE(8 + payload.length, at + 4);
    this.buffer.writeUInt16BE(0, at + 6);
    payload.copy(this.buffer, at + 8);
  }

  close(): void {
    this.flush();
    fs.closeSync(this.descriptor);
  }

  /** The headers before the transport's, and its ports; where it begins. */
  private begin(protocol: number, from: End, to: End, length: number): number {
    const size = ETHERNET + IPV4 + length;
    if (this.length + RECORD + size > this.buffer.length) this.flush();
    const { buffer } = this;
    const record = this.length;
    this.length += RECORD + size;
    buffer.writeUInt32LE(this.seconds, record);
    buffer.writeUInt32LE(this.microseconds, record + 4);
    buffer.writeUInt32LE(size, record + 8);
    buffer.writeUInt32LE(size, record + 12);
    const frame = record + RECORD;
    HEADERS.copy(buffer, frame);
    const ip = frame + ETHERNET;
    buffer.writeUInt16BE(IPV4 + length, ip + 2);
    buffer[ip + 9] = protocol;
    buffer.writeUInt32BE(0x0a000000 + from.host, ip + 12);
    buffer.writeUInt32BE(0x0a000000 + to.host, ip + 16);
    const at = ip + IPV4;
    buffer.writeUInt16BE(from.port, at);
    buffer.writeUInt16BE(to.port, at + 2);
    this.microseconds += 3;
    if (this.microseconds >= 1_000_000) {
      this.microseconds -= 1_000_000;
      this.seconds++;
    }
    return at;
  }

  private flush(): void {
    fs.writeSync(this.descriptor, this.buffer, 0, this.length);
    this.length = 0;
  }
}

const NOTHING = Buffer.alloc(0);
const HEADERS = Buffer.from(
  '020000000002020000000001' + '0800' + '45000000000040004006000000000000' + '00000000',
  'hex',
);

const SERVER: End = { host: 1, port: 80 };

/** Who begins the flow of this number: never the same twice below a thousand million. */
export const clientOf = (number: number): End => ({ host: 256 + (number >> 14), port: 1024 + (number & 0x3fff) });

/** What a flood is made of, packet by packet. */
export const FLOODS = {
  /** Connections asked for that nobody answers. */
  syns(file: FloodFile, number: number): void {
    file.tcp(clientOf(number), SERVER, SYN, number * 7919, 0);
  },
  /** The same that a server answers, as an open port does. */
  answeredSyns(file: FloodFile, number: number): void {
    const client = clientOf(number);
    file.tcp(client, SERVER, SYN, number * 7919, 0);
    file.tcp(SERVER, client, SYN | ACK, number, number * 7919 + 1);
  },
  /** Requests on connections of their own, which nobody answers. */
  lonelyRequests(file: FloodFile, number: number): void {
    file.tcp(clientOf(number), SERVER, PUSH_ACK, 1, 1, requestOf(number));
  },
  /** Requests on a thousand connections, each with its response. */
  requests(file: FloodFile, number: number): void {
    const client = clientOf(number % 1000);
    const request = requestOf(number);
    const round = Math.floor(number / 1000);
    file.tcp(client, SERVER, PUSH_ACK, 1 + round * request.length, 1 + round * RESPONSE.length, request);
    file.tcp(SERVER, client, PUSH_ACK, 1 + round * RESPONSE.length, 1 + (round + 1) * request.length, RESPONSE);
  },
  /** Queries that nobody answers. */
  queries(file: FloodFile, number: number): void {
    file.udp(clientOf(number), { host: 2, port: 53 }, queryOf(number));
  },
  /** Queries from a thousand ports, each with its answer. */
  lookups(file: FloodFile, number: number): void {
    const query = queryOf(number);
    const client = clientOf(number % 1000);
    file.udp(client, { host: 2, port: 53 }, query);
    file.udp({ host: 2, port: 53 }, client, answerTo(query));
  },
  /** Datagrams of nothing known, each of a flow of its own. */
  datagrams(file: FloodFile, number: number): void {
    file.udp(clientOf(number), { host: 3, port: 9999 }, Buffer.from('nothing'));
  },
  /** ClientHellos, each on a connection of its own. */
  hellos(file: FloodFile, number: number): void {
    file.tcp(clientOf(number), { host: 4, port: 443 }, PUSH_ACK, 1, 1, HELLO);
  },
} as const;
export type FloodKind = keyof typeof FLOODS;

/** Writes a pcap of `count` times what the kind is. */
export function writeFlood(name: string, kind: FloodKind, count: number): void {
  const file = new FloodFile(name);
  for (let number = 0; number < count; number++) FLOODS[kind](file, number);
  file.close();
}

const RESPONSE = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');

/** Of one length whatever the number. */
function requestOf(number: number): Buffer {
  return Buffer.from(
    `GET /${String(number).padStart(9, '0')} HTTP/1.1\r\nHost: flood.example\r\nUser-Agent: flood/1.0 (many)\r\n\r\n`,
  );
}

function queryOf(number: number): Buffer {
  const label = `n${String(number).padStart(9, '0')}`;
  const name = Buffer.concat(
    [label, 'flood', 'example'].map((one) => Buffer.concat([Buffer.from([one.length]), Buffer.from(one)])),
  );
  const header = Buffer.from([(number >> 8) & 255, number & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([header, name, Buffer.from([0, 0, 1, 0, 1])]);
}

/** One A record for the name that was asked. */
function answerTo(query: Buffer): Buffer {
  const answer = Buffer.concat([query, Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 0, 1])]);
  answer[2] = 0x81;
  answer[3] = 0x80;
  answer[7] = 1;
  return answer;
}

/** Of TLS 1.2, with a server name. */
const HELLO = ((): Buffer => {
  const name = Buffer.from('flood.example');
  const u16 = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
  const list = Buffer.concat([Buffer.from([0]), u16(name.length), name]);
  const extension = Buffer.concat([u16(0), u16(list.length + 2), u16(list.length), list]);
  const body = Buffer.concat([
    u16(0x0303),
    Buffer.alloc(32, 7),
    Buffer.from([0, 0, 4, 0xc0, 0x2f, 0x13, 0x01, 1, 0]),
    u16(extension.length),
    extension,
  ]);
  const handshake = Buffer.concat([Buffer.from([1, 0]), u16(body.length), body]);
  return Buffer.concat([Buffer.from([22, 3, 1]), u16(handshake.length), handshake]);
})();
