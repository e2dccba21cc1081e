import { stop, type Walk } from './walk.ts';
import { dnsMessage } from './walk-dns.ts';
import { httpMessage } from './walk-http.ts';
import { tlsRecord } from './walk-tls.ts';

const DNS = 53;
const MDNS = 5353;
const LLMNR = 5355;

/** What a datagram carries: a message of DNS stays, without its names and addresses; of others nothing does. */
export function datagram(walk: Walk, at: number, end: number, from: number, to: number): number {
  if (at === end || walk.redaction.payload) return stop(walk, at, end);
  const isDns = isOf(DNS, from, to) || isOf(MDNS, from, to) || isOf(LLMNR, from, to);
  return isDns ? dnsMessage(walk, at, end) : stop(walk, at, end);
}

const isOf = (port: number, from: number, to: number): boolean => from === port || to === port;

/** What a segment carries, if a message begins in it: of DNS, TLS or HTTP. */
export function segment(walk: Walk, at: number, end: number, from: number, to: number): number {
  if (at === end || walk.redaction.payload) return stop(walk, at, end);
  const { bytes } = walk;
  if (isOf(DNS, from, to)) {
    const isWhole = end - at > 2 && ((bytes[at]! << 8) | bytes[at + 1]!) === end - at - 2;
    if (!isWhole) return stop(walk, at, end);
    const kept = dnsMessage(walk, at + 2, end);
    return kept === at + 2 ? stop(walk, at, end) : kept;
  }
  if (bytes[at]! >= 20 && bytes[at]! <= 23) return tlsRecord(walk, at, end);
  return httpMessage(walk, at, end);
}
