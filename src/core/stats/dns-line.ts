import { writeTimestamp } from '../capture/timestamp.ts';
import { type ByteText, constant } from '../net/byte-text.ts';
import { writeCommunityId, writeCommunityIdOfIpv4 } from '../net/community-id.ts';
import { writeIpv6 } from '../net/ip-address.ts';
import { writeJsonString } from '../output/json-bytes.ts';
import { compileLine, type FieldWriters, type JsonLine, JsonValues, type LineForm } from '../output/json-line.ts';
import { type DnsQueryRow, dnsQuery } from '../record/tables/dns-query.ts';
import { A, AAAA, afterAnswer, answerData, answerText, isName } from '../wire/app/dns/dns-answers.ts';
import { dnsRcodeName, dnsTypeName } from '../wire/app/dns/dns-codes.ts';
import { nameText } from '../wire/app/dns/dns-name.ts';
import { UNKNOWN } from '../wire/app/dns/dns-parts.ts';
import { i32, u16, u32 } from '../wire/bytes.ts';
import type { DnsRowBlock } from './dns-row-block.ts';
import type { RowPlace } from './row-block.ts';

type DnsPlace = RowPlace<DnsRowBlock>;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DOT = 0x2e;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const COMMA = 0x2c;
const FIRST_PRINTABLE = 0x20;
const DELETE = 0x7f;
const EMPTY = constant('""');

/**
 * Writes records of DNS as lines of NDJSON from their columns: half a million of them take half of the time that they took by
 * way of row objects. Null for other fields than a record has.
 */
export function compileDnsLine({ fields }: LineForm): JsonLine<DnsPlace> | null {
  return compileLine(dnsQuery, fields, writers());
}

function writers(): FieldWriters<DnsQueryRow, DnsPlace> {
  const values = new JsonValues();
  return {
    time: (out, { block, row }) => writeTimestamp(out, block.seconds[row]!, block.nanoseconds[row]!),
    client: (out, place) => writeAddress(out, place, place.block.addressesAt[place.row]!),
    server: (out, place) => writeAddress(out, place, place.block.serverAt(place.row)),
    transport: (out, { block, row }) => values.name(out, block.transportOf(row)),
    id: (out, { block, row }) => out.integer(block.ids[row]!),
    name: (out, { block, row }) => {
      if (block.nameLengths[row] === 0) values.none(out);
      else writeName(out, block.bytes, block.namesAt[row]!);
    },
    qtype: (out, { block, row }) => {
      const type = block.types[row]!;
      values.name(out, type === UNKNOWN ? null : dnsTypeName(type));
    },
    rcode: (out, { block, row }) => {
      const rcode = block.rcodes[row]!;
      values.name(out, rcode === UNKNOWN ? null : dnsRcodeName(rcode));
    },
    answers: (out, { block, row }) => writeAnswers(out, block.bytes, block.answersAt[row]!, block.answersEnd(row)),
    latency_ms: (out, { block, row }) => values.millis(out, block.latencies[row]!),
    packet: (out, { block, row }) => out.integer(block.packets[row]!),
    community_id: (out, { block, row }) => {
      if (block.flows[row] === 0) {
        values.none(out);
        return;
      }
      writeFlowId(out, block, row);
    },
  };
}

function writeFlowId(out: ByteText, block: DnsRowBlock, row: number): void {
  const flow = block.flows[row]!;
  const clientPort = block.clientPorts[row]!;
  const serverPort = block.serverPorts[row]!;
  if (block.ipVersionOf(row) === 4) {
    const client = u32(block.bytes, block.addressesAt[row]!);
    writeCommunityIdOfIpv4(out, flow, client, clientPort, u32(block.bytes, block.serverAt(row)), serverPort);
  } else {
    const [client, server] = block.endsOf(row);
    writeCommunityId(out, flow, client, clientPort, server, serverPort);
  }
}

function writeAddress(out: ByteText, { block, row }: DnsPlace, at: number): void {
  const ipVersion = block.ipVersionOf(row);
  if (ipVersion === 4) writeV4(out, block.bytes, at);
  else if (ipVersion === 6) writeV6(out, block.bytes, at);
  else out.constant(EMPTY);
}

function writeV4(out: ByteText, bytes: Uint8Array, at: number): void {
  out.byte(QUOTE);
  out.ipv4(i32(bytes, at));
  out.byte(QUOTE);
}

function writeV6(out: ByteText, bytes: Uint8Array, at: number): void {
  out.byte(QUOTE);
  writeIpv6(out, bytes, at);
  out.byte(QUOTE);
}

function writeAnswers(out: ByteText, bytes: Uint8Array, start: number, end: number): void {
  out.byte(OPEN);
  for (let at = start; at < end; at = afterAnswer(bytes, at)) {
    if (at > start) out.byte(COMMA);
    const type = u16(bytes, at);
    const data = answerData(at);
    const isEmpty = data === afterAnswer(bytes, at);
    if (isEmpty) writeJsonString(out, answerText(bytes, at));
    else if (type === A) writeV4(out, bytes, data);
    else if (type === AAAA) writeV6(out, bytes, data);
    else if (isName(type)) writeName(out, bytes, data);
    else writeJsonString(out, answerText(bytes, at));
  }
  out.byte(CLOSE);
}

/** Writes the literal of `nameText`. */
function writeName(out: ByteText, bytes: Uint8Array, offset: number): void {
  const { length } = out;
  if (bytes[offset] === 0 || !writePlainName(out, bytes, offset)) {
    out.length = length;
    writeJsonString(out, nameText(bytes, offset));
  }
}

/** Whether the name is of printable ASCII, and was written. */
function writePlainName(out: ByteText, bytes: Uint8Array, offset: number): boolean {
  out.byte(QUOTE);
  for (let at = offset; bytes[at] !== 0; ) {
    if (at > offset) out.byte(DOT);
    const end = at + 1 + bytes[at]!;
    for (at++; at < end; at++) {
      const code = bytes[at]!;
      if (code < FIRST_PRINTABLE || code >= DELETE || code === QUOTE || code === BACKSLASH) return false;
      out.byte(code);
    }
  }
  out.byte(QUOTE);
  return true;
}
