import type { Test } from '../filter/logic.ts';
import type { Field } from '../record/field.ts';
import { ip } from '../wire/ip.ts';
import { ipv6 } from '../wire/ipv6.ts';
import type { Packet } from '../wire/packet.ts';
import type { Protocol } from '../wire/protocol.ts';

/** Stands for a number that a header does not have: no number that a filter can ask for is negative. */
export const ABSENT = -1;

/**
 * Calls `test` with the values of a field in a packet, from the outermost, until one passes. Null when there is none.
 * Nothing is allocated where values are numbers.
 */
export type Visit = (packet: Packet, test: (value: unknown) => boolean) => boolean | null;

/** A field of display filters by Wireshark's name: how it is listed, and how it is read from a packet. */
export interface DisplayField {
  readonly field: Field;
  /** Gives bits as 0 and 1, other values as records have them. */
  readonly visit: Visit;
  /** The test of equality with a literal that is faster than one of `visit`; null where it is not one of these. */
  readonly equals: ((literal: string) => Test<Packet> | null) | null;
}

/** Values of a record's field, at most. */
const MOST_VALUES = 64;

/** The value for a record: the innermost, or all where there are many; a flag says whether one is set. */
export function recordValue({ field, visit }: DisplayField, packet: Packet): unknown {
  if (field.kind === 'flag') return visit(packet, isSet);
  const values: unknown[] = [];
  visit(packet, (value) => {
    if (field.many && values.length < MOST_VALUES) values.push(value);
    else if (!field.many) values[0] = value;
    return false;
  });
  if (values.length === 0) return null;
  return field.many ? values : values[0];
}

/** Whether a packet has the field; of a flag, whether it is set. */
export function presenceTest({ field, visit }: DisplayField): Test<Packet> {
  const passes = field.kind === 'flag' ? isSet : () => true;
  return (packet) => visit(packet, passes) === true;
}

const isSet = (value: unknown): boolean => value === 1;

/** Reads a number of the header of layer `layer`, which begins at `at`; ABSENT where it does not have it. */
export type HeaderNumber = (bytes: Uint8Array, at: number, packet: Packet, layer: number) => number;

/** The numbers in the headers of these protocols that have at least `least` bytes; those quoted in ICMP errors do not count. */
export function ofHeaders(protocols: readonly Protocol[], least: number, read: HeaderNumber): Visit {
  return ofLayers(protocols, least, (packet, layer, test) => {
    const value = read(packet.layerBytes[layer]!, packet.layerStart[layer]!, packet, layer);
    return value === ABSENT ? null : test(value);
  });
}

/** Visits the values of one layer. */
export type LayerVisit = (packet: Packet, layer: number, test: (value: unknown) => boolean) => boolean | null;

export function ofLayers(protocols: readonly Protocol[], least: number, visit: LayerVisit): Visit {
  const wanted = new Uint8Array(256);
  for (const { id } of protocols) wanted[id] = 1;
  return (packet, test) => {
    const { layerCount, layerProtocol, layerQuoted, layerStart, layerEnd } = packet;
    let outcome: boolean | null = null;
    for (let layer = 0; layer < layerCount; layer++) {
      if (wanted[layerProtocol[layer]!] === 0 || layerQuoted[layer] !== 0) continue;
      if (layerEnd[layer]! - layerStart[layer]! < least) continue;
      const one = visit(packet, layer, test);
      if (one === true) return true;
      outcome ??= one;
    }
    return outcome;
  };
}

/** A number that a packet has once; ABSENT where it does not. */
export function once(read: (packet: Packet) => number): Visit {
  return (packet, test) => {
    const value = read(packet);
    return value === ABSENT ? null : test(value);
  };
}

/** The values of one field, then those of the other. */
export function either(first: Visit, second: Visit): Visit {
  return (packet, test) => {
    const one = first(packet, test);
    return one === true ? true : (second(packet, test) ?? one);
  };
}

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;

/** The numbers in IPv4 headers, without those of another version below the type of IPv4. */
export const ofIpv4 = (read: HeaderNumber): Visit =>
  ofHeaders([ip], IPV4_HEADER, (bytes, at, packet, layer) =>
    bytes[at]! >> 4 === 4 ? read(bytes, at, packet, layer) : ABSENT,
  );
export const ofIpv6 = (read: HeaderNumber): Visit => ofHeaders([ipv6], IPV6_HEADER, read);
