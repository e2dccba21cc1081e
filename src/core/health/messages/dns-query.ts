import type { Buffer } from 'node:buffer';
import dnsPacket, { type RecordType } from 'dns-packet';
import type { DnsQuestion } from './dns-question.ts';

/** What passes every path unfragmented (DNS Flag Day 2020). */
const UDP_PAYLOAD = 1232;

/**
 * A query for a recursive answer, vouched for by DNSSEC where the resolver does so (AD: RFC 6840, 5.7; DO: RFC 3225).
 * Without `edns` it is as RFC 1035 has it, for servers that know no other.
 */
export function dnsQuery({ name, type }: DnsQuestion, id: number, edns: boolean): Buffer {
  return dnsPacket.encode({
    type: 'query',
    id,
    flags: dnsPacket.RECURSION_DESIRED | dnsPacket.AUTHENTIC_DATA,
    questions: [{ name: name === '' ? '.' : name, type: `UNKNOWN_${type}` as RecordType }],
    additionals: edns ? [OPT] : [],
  });
}

const OPT = {
  type: 'OPT',
  name: '.',
  udpPayloadSize: UDP_PAYLOAD,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: dnsPacket.DNSSEC_OK,
  flag_do: true,
  options: [],
} as const satisfies dnsPacket.OptAnswer & { readonly options: unknown };
