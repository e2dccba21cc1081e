import type { Test } from '../filter/logic.ts';
import { formatIpv4, formatIpv6 } from '../net/ip-address.ts';
import { parsePrefix } from '../net/ip-prefix.ts';
import { address, type Field, many, maybe } from '../record/field.ts';
import { i32, u16, u32 } from '../wire/bytes.ts';
import { eth } from '../wire/eth.ts';
import { ip } from '../wire/ip.ts';
import { ipv6 } from '../wire/ipv6.ts';
import { formatMac } from '../wire/mac-address.ts';
import type { Packet } from '../wire/packet.ts';
import type { Protocol } from '../wire/protocol.ts';
import { type DisplayField, either, ofHeaders, ofLayers, type Visit } from './display-field.ts';
import { addressTest, type Side } from './packet-address.ts';

// IEEE 802.3, 3.1.1; RFC 791, 3.1; RFC 8200, 3: where source and destination stand, and the length of the header.
const MAC = { destination: 0, source: 6, header: 14 };
const IPV4 = { source: 12, destination: 16, header: 20 };
const IPV6 = { source: 8, destination: 24, header: 40 };
const BYTE_PAIRS = /^[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}$/i;
const BYTE_QUADS = /^[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}$/i;

/** The source, destination or either of Ethernet headers. */
export function macField(doc: string, side: Side): DisplayField {
  const textOf = (at: number): Visit => textsAt([eth], MAC.header, (bytes, start) => formatMac(bytes, start + at));
  const numberOf = (at: number): Visit =>
    ofHeaders([eth], MAC.header, (bytes, start) => u16(bytes, start + at) * 2 ** 32 + u32(bytes, start + at + 2));
  const numbers = onSide(side, numberOf(MAC.source), numberOf(MAC.destination));
  return {
    field: addressOf(doc, side),
    visit: onSide(side, textOf(MAC.source), textOf(MAC.destination)),
    equals(literal) {
      if (!BYTE_PAIRS.test(literal) && !BYTE_QUADS.test(literal)) return null;
      const wanted = Number.parseInt(literal.replace(/[^0-9a-f]/gi, ''), 16);
      return (packet) => numbers(packet, (value) => value === wanted);
    },
  };
}

/** Those of IPv4 headers; a literal may be of either family, as in `addr`. */
export const ipv4Field = (doc: string, side: Side): DisplayField =>
  ipField(doc, side, ip, IPV4, (bytes, at) => formatIpv4(i32(bytes, at)));
export const ipv6Field = (doc: string, side: Side): DisplayField => ipField(doc, side, ipv6, IPV6, formatIpv6);

function ipField(
  doc: string,
  side: Side,
  protocol: Protocol,
  { source, destination, header }: typeof IPV4,
  format: (bytes: Uint8Array, at: number) => string,
): DisplayField {
  const textOf = (at: number): Visit => textsAt([protocol], header, (bytes, start) => format(bytes, start + at));
  return {
    field: addressOf(doc, side),
    visit: onSide(side, textOf(source), textOf(destination)),
    equals(literal): Test<Packet> | null {
      const prefix = parsePrefix(literal);
      return prefix === null ? null : addressTest(prefix, side);
    },
  };
}

function textsAt(
  protocols: readonly Protocol[],
  header: number,
  format: (bytes: Uint8Array, start: number) => string,
): Visit {
  return ofLayers(protocols, header, (packet, layer, test) =>
    test(format(packet.layerBytes[layer]!, packet.layerStart[layer]!)),
  );
}

function onSide(side: Side, source: Visit, destination: Visit): Visit {
  return side === 'src' ? source : side === 'dst' ? destination : either(source, destination);
}

const addressOf = (doc: string, side: Side): Field => (side === 'either' ? many(address(doc)) : maybe(address(doc)));
