import { formatTimestamp } from '../capture/timestamp.ts';
import { communityId } from '../net/community-id.ts';
import { formatIpv4, formatIpv6 } from '../net/ip-address.ts';
import type { DnsQueryRow } from '../record/tables/dns-query.ts';
import { answerTexts } from '../wire/app/dns/dns-answers.ts';
import { dnsRcodeName, dnsTypeName } from '../wire/app/dns/dns-codes.ts';
import { nameText } from '../wire/app/dns/dns-name.ts';
import { type DnsParts, UNKNOWN } from '../wire/app/dns/dns-parts.ts';
import { i32 } from '../wire/bytes.ts';
import type { Packet } from '../wire/packet.ts';
import { CLIENT, type DnsKey, SERVER } from './dns-key.ts';
import { BLOCK_ROWS, RowBlock } from './row-block.ts';

/** What a row takes of the columns. */
const ROW_BYTES = 61;
/** How the transports of rows are numbered. */
export const TRANSPORTS = ['udp', 'tcp', 'mdns', 'llmnr'] as const satisfies readonly DnsQueryRow['transport'][];

/** By so much more than is needed the bytes grow, and those of the next block are more than of the one before. */
const GROWTH = 1 / 8;
const FIRST_BYTES = 4096;

const V4 = [new Uint8Array(4), new Uint8Array(4)] as const;
const V6 = [new Uint8Array(16), new Uint8Array(16)] as const;

/**
 * Some rows of DNS queries as columns. Addresses, names and answers lie in one run of bytes: first both addresses and the name as
 * it was asked for, elsewhere what the answer brought.
 */
export class DnsRowBlock extends RowBlock<DnsQueryRow> {
  readonly packets = new Float64Array(BLOCK_ROWS);
  /** Nanoseconds; NaN for none. */
  readonly latencies = new Float64Array(BLOCK_ROWS);
  readonly addressesAt = new Int32Array(BLOCK_ROWS);
  readonly namesAt = new Int32Array(BLOCK_ROWS);
  readonly answersAt = new Int32Array(BLOCK_ROWS);
  readonly answerLengths = new Uint16Array(BLOCK_ROWS);
  readonly ids = new Uint16Array(BLOCK_ROWS);
  readonly clientPorts = new Uint16Array(BLOCK_ROWS);
  readonly serverPorts = new Uint16Array(BLOCK_ROWS);
  /** UNKNOWN where there is none, as among `rcodes`. */
  readonly types = new Int32Array(BLOCK_ROWS);
  readonly rcodes = new Int16Array(BLOCK_ROWS);
  readonly nameLengths = new Uint8Array(BLOCK_ROWS);
  /** Version of IP, and above it the place in TRANSPORTS. */
  readonly ways = new Uint8Array(BLOCK_ROWS);
  /** Protocol of the flow, by its number; 0 where it has no community ID. */
  readonly flows = new Uint8Array(BLOCK_ROWS);
  bytes: Uint8Array;
  private used = 0;

  /** `before` is the block whose rows these follow. */
  constructor(before: DnsRowBlock | null) {
    super();
    this.bytes = new Uint8Array(before === null ? FIRST_BYTES : before.used + Math.ceil(before.used * GROWTH));
  }

  /**
   * Fills in a new row of the message with this key, whose answers are in `parts`. `flow` is the number of the protocol of its
   * flow, 0 where no community ID is asked for.
   */
  set(row: number, packet: Packet, key: DnsKey, parts: DnsParts, flow: number): void {
    this.packets[row] = packet.number;
    this.latencies[row] = Number.NaN;
    this.ids[row] = key.id;
    this.clientPorts[row] = key.clientPort;
    this.serverPorts[row] = key.serverPort;
    this.ways[row] = (key.transport << 4) | key.ipVersion;
    this.flows[row] = flow;
    this.rcodes[row] = UNKNOWN;
    this.addressesAt[row] = this.used;
    this.room(2 * addressLength(key.ipVersion));
    for (let word = 0; word < addressLength(key.ipVersion) / 4; word++) this.putWord(key.words[CLIENT + word]!);
    for (let word = 0; word < addressLength(key.ipVersion) / 4; word++) this.putWord(key.words[SERVER + word]!);
    this.types[row] = parts.type;
    this.putName(row, parts);
    if (parts.isResponse) this.putResponse(row, parts);
  }

  /** The answer to a query; returns the bytes that the row grew by. What the query did not show of its question, its answer does. */
  answer(row: number, parts: DnsParts, nanoseconds: number): number {
    const size = this.sizeOf(row);
    if (this.nameLengths[row] === 0) this.putName(row, parts);
    if (this.types[row] === UNKNOWN) this.types[row] = parts.type;
    this.putResponse(row, parts);
    if (nanoseconds >= 0) this.latencies[row] = nanoseconds;
    return this.sizeOf(row) - size;
  }

  /** The memory that a row takes. */
  private sizeOf(row: number): number {
    const addresses = 2 * addressLength(this.ways[row]! & 15);
    return ROW_BYTES + addresses + this.nameLengths[row]! + this.answerLengths[row]!;
  }

  /** The version of IP of both addresses; 0 where there are none. */
  ipVersionOf(row: number): number {
    return this.ways[row]! & 15;
  }

  transportOf(row: number): DnsQueryRow['transport'] {
    return TRANSPORTS[this.ways[row]! >> 4]!;
  }

  /** Where the address of the server is; that of the client is at `addressesAt`. */
  serverAt(row: number): number {
    return this.addressesAt[row]! + addressLength(this.ipVersionOf(row));
  }

  answersEnd(row: number): number {
    return this.answersAt[row]! + this.answerLengths[row]!;
  }

  /** The addresses of both ends, which are the block's until it is asked again. A message is of the innermost flow of its packet, which is between the packet's addresses. */
  endsOf(row: number): readonly [Uint8Array, Uint8Array] {
    const ends = this.ipVersionOf(row) === 4 ? V4 : V6;
    const client = this.addressesAt[row]!;
    const server = this.serverAt(row);
    for (let index = 0; index < ends[0].length; index++) {
      ends[0][index] = this.bytes[client + index]!;
      ends[1][index] = this.bytes[server + index]!;
    }
    return ends;
  }

  rowOf(row: number): DnsQueryRow {
    const type = this.types[row]!;
    const rcode = this.rcodes[row]!;
    const latency = this.latencies[row]!;
    return {
      time: formatTimestamp(this.seconds[row]!, this.nanoseconds[row]!),
      client: this.addressText(row, this.addressesAt[row]!),
      server: this.addressText(row, this.serverAt(row)),
      transport: this.transportOf(row),
      id: this.ids[row]!,
      name: this.nameLengths[row] === 0 ? null : nameText(this.bytes, this.namesAt[row]!),
      qtype: type === UNKNOWN ? null : dnsTypeName(type),
      rcode: rcode === UNKNOWN ? null : dnsRcodeName(rcode),
      answers: answerTexts(this.bytes, this.answersAt[row]!, this.answersEnd(row)),
      latency_ms: Number.isNaN(latency) ? null : latency / 1e6,
      packet: this.packets[row]!,
      community_id: this.flows[row] === 0 ? null : this.communityIdOf(row),
    };
  }

  private addressText(row: number, at: number): string {
    const ipVersion = this.ipVersionOf(row);
    if (ipVersion === 4) return formatIpv4(i32(this.bytes, at));
    return ipVersion === 6 ? formatIpv6(this.bytes, at) : '';
  }

  private communityIdOf(row: number): string {
    const [client, server] = this.endsOf(row);
    return communityId(this.flows[row]!, client, this.clientPorts[row]!, server, this.serverPorts[row]!);
  }

  private putName(row: number, { name, nameLength }: DnsParts): void {
    this.nameLengths[row] = nameLength;
    this.namesAt[row] = this.put(name, 0, nameLength);
  }

  private putResponse(row: number, { rcode, answers, answersLength }: DnsParts): void {
    this.rcodes[row] = rcode;
    this.answerLengths[row] = answersLength;
    this.answersAt[row] = this.put(answers, 0, answersLength);
  }

  private putWord(word: number): void {
    const { bytes, used } = this;
    bytes[used] = word >>> 24;
    bytes[used + 1] = word >>> 16;
    bytes[used + 2] = word >>> 8;
    bytes[used + 3] = word;
    this.used = used + 4;
  }

  /** Where the bytes are then. */
  private put(from: Uint8Array, start: number, length: number): number {
    this.room(length);
    const at = this.used;
    for (let index = 0; index < length; index++) this.bytes[at + index] = from[start + index]!;
    this.used = at + length;
    return at;
  }

  private room(length: number): void {
    const needed = this.used + length;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(FIRST_BYTES, Math.ceil(needed * (1 + GROWTH))));
    grown.set(this.bytes.subarray(0, this.used));
    this.bytes = grown;
  }
}

/** The memory that a row of this message takes. */
export const sizeOfRow = (key: DnsKey, { isResponse, nameLength, answersLength }: DnsParts): number =>
  ROW_BYTES + 2 * addressLength(key.ipVersion) + nameLength + (isResponse ? answersLength : 0);

const addressLength = (ipVersion: number): number => (ipVersion === 6 ? 16 : ipVersion === 4 ? 4 : 0);
