import type { ByteText } from '../net/byte-text.ts';
import { formatIpv4, formatIpv6, writeIpv6 } from '../net/ip-address.ts';
import type { Flow } from './flow.ts';
import type { Packet } from './packet.ts';

const QUOTE = 0x22;
const scratch = new Uint8Array(16);
const words = new DataView(scratch.buffer);

/** Addresses whose text is kept; the same ones come again and again. Who makes them collide gains nothing but that they are written anew. */
const KEPT = 4096;
const WORDS = 4;
const keptVersions = new Uint8Array(KEPT);
const keptWords = new Int32Array(KEPT * WORDS);
const keptTexts: string[] = new Array(KEPT).fill('');

/** Canonical text of an address held in words, as packets and flows hold theirs; null when there is none. */
export function formatWords(ipVersion: number, w0: number, w1: number, w2: number, w3: number): string | null {
  if (ipVersion !== 4 && ipVersion !== 6) return null;
  const mixed = Math.imul(w0 ^ Math.imul(w1, 31) ^ Math.imul(w2, 961) ^ w3, 0x9e3779b1);
  const slot = mixed >>> 20;
  const at = slot * WORDS;
  if (
    keptVersions[slot] === ipVersion &&
    keptWords[at] === w0 &&
    keptWords[at + 1] === w1 &&
    keptWords[at + 2] === w2 &&
    keptWords[at + 3] === w3
  ) {
    return keptTexts[slot]!;
  }
  const text = ipVersion === 4 ? formatIpv4(w0) : formatIpv6Words(w0, w1, w2, w3);
  keptVersions[slot] = ipVersion;
  keptWords[at] = w0;
  keptWords[at + 1] = w1;
  keptWords[at + 2] = w2;
  keptWords[at + 3] = w3;
  keptTexts[slot] = text;
  return text;
}

function formatIpv6Words(w0: number, w1: number, w2: number, w3: number): string {
  putWords(w0, w1, w2, w3);
  return formatIpv6(scratch);
}

/** Address of the side that sent first. */
export function addressA(flow: Flow): string {
  return formatWords(flow.ipVersion, flow.a0, flow.a1, flow.a2, flow.a3) ?? '';
}

export function addressB(flow: Flow): string {
  return formatWords(flow.ipVersion, flow.b0, flow.b1, flow.b2, flow.b3) ?? '';
}

/** Writes the same as a literal of JSON. */
export function writeAddressA(out: ByteText, { ipVersion, a0, a1, a2, a3 }: Flow): void {
  writeWords(out, ipVersion, a0, a1, a2, a3);
}

export function writeAddressB(out: ByteText, { ipVersion, b0, b1, b2, b3 }: Flow): void {
  writeWords(out, ipVersion, b0, b1, b2, b3);
}

function writeWords(out: ByteText, ipVersion: number, w0: number, w1: number, w2: number, w3: number): void {
  out.byte(QUOTE);
  if (ipVersion === 4) out.ipv4(w0);
  else if (ipVersion === 6) {
    putWords(w0, w1, w2, w3);
    writeIpv6(out, scratch, 0);
  }
  out.byte(QUOTE);
}

function putWords(w0: number, w1: number, w2: number, w3: number): void {
  words.setInt32(0, w0);
  words.setInt32(4, w1);
  words.setInt32(8, w2);
  words.setInt32(12, w3);
}

/** Source address of the packet's innermost IP header that is not quoted; null without one. */
export function sourceOf(packet: Packet): string | null {
  return formatWords(packet.ipVersion, packet.src0, packet.src1, packet.src2, packet.src3);
}

export function destinationOf(packet: Packet): string | null {
  return formatWords(packet.ipVersion, packet.dst0, packet.dst1, packet.dst2, packet.dst3);
}

/** `tcp`, `udp`, `sctp` for a flow's transport. */
export function transportName(transport: number): 'tcp' | 'udp' | 'sctp' {
  return transport === 6 ? 'tcp' : transport === 17 ? 'udp' : 'sctp';
}

/** Whether the packet's ports go with its addresses: not when a tunnel with ports carries a packet without, such as ICMP. */
export function isOfFlow({ flow, direction, src0, src1, src2, src3, dst0, dst1, dst2, dst3 }: Packet): boolean {
  if (flow === null) return false;
  const { a0, a1, a2, a3, b0, b1, b2, b3 } = flow;
  return direction === 0
    ? src0 === a0 &&
        src1 === a1 &&
        src2 === a2 &&
        src3 === a3 &&
        dst0 === b0 &&
        dst1 === b1 &&
        dst2 === b2 &&
        dst3 === b3
    : src0 === b0 &&
        src1 === b1 &&
        src2 === b2 &&
        src3 === b3 &&
        dst0 === a0 &&
        dst1 === a1 &&
        dst2 === a2 &&
        dst3 === a3;
}
