import { isNull, memberTest } from '../filter/bind.ts';
import { type ValueTest, valueTest } from '../filter/comparison.ts';
import type { Comparison, Expr, Literal, Membership, Relation, Term } from '../filter/expr.ts';
import { layersNamed } from '../filter/protocol-names.ts';
import { parsePrefix } from '../net/ip-prefix.ts';
import { packet as table } from '../record/tables/packet.ts';
import { REGISTRY } from '../wire/all-protocols.ts';
import { u16 } from '../wire/bytes.ts';
import {
  ETHERNET,
  FRAME_KINDS,
  type FrameKind,
  kindOfFrame,
  NETWORK_AT,
  TCP_IN_IPV4,
  TCP_IN_IPV6,
  transportAt,
  UDP_IN_IPV4,
} from '../wire/common-frame.ts';
import { tunnelPorts } from '../wire/common-headers.ts';
import { eth } from '../wire/eth.ts';
import { ip } from '../wire/ip.ts';
import { ipv6 } from '../wire/ipv6.ts';
import type { Packet } from '../wire/packet.ts';
import { tcp } from '../wire/tcp.ts';
import { udp } from '../wire/udp.ts';
import { ADDRESS_SIDES, addressesIn, prefixTest, type Side } from './packet-address.ts';
import { PACKET_NUMBERS } from './packet-number.ts';

/** What a filter says of a frame by its bytes. */
export const PASSES = 1;
export const FAILS = 0;
/** It must be dissected. */
export const UNKNOWN = -1;

/** Tests the frame that begins at `start`; null means that there is nothing to tell it by. */
type FrameTest = (bytes: Uint8Array, start: number) => boolean | null;
/** Of all frames of a kind the same is true, or each is tested. */
type Known = boolean | null | FrameTest;

/** Protocols that are in the headers of such a frame, or not in the frame. */
export const TRANSPORTS: ReadonlySet<string> = new Set([
  ...['eth', 'vlan', 'arp', 'ip', 'ipv6', 'icmp', 'icmpv6', 'igmp', 'tcp', 'udp'],
]);
const PORTS: ReadonlyMap<string, Side> = new Map([
  ['port', 'either'],
  ['src_port', 'src'],
  ['dst_port', 'dst'],
]);
const ADDRESSES: ReadonlyMap<string, Side> = new Map(
  ['', 'ip.', 'ipv6.'].flatMap((of) => [...ADDRESS_SIDES].map(([name, side]): [string, Side] => [of + name, side])),
);

/**
 * A filter that asks for nothing but transports, addresses and ports, over the bytes of frames that have the usual headers:
 * for these no packet is filled in.
 */
export class FrameFilter {
  private readonly tests: readonly (FrameTest | null)[];
  /** Of each kind what is true of all of its frames, where that is known. */
  private readonly all: Int8Array;
  private readonly tunnels = tunnelPorts(REGISTRY);

  private constructor(known: readonly Known[]) {
    this.tests = known.map((one) => (typeof one === 'function' ? one : null));
    this.all = Int8Array.from(known, (one) => (typeof one === 'function' ? UNKNOWN : one === true ? PASSES : FAILS));
  }

  /** Null for a filter that asks for anything else. The filter is known to be right. */
  static of(filter: Expr, source: string): FrameFilter | null {
    const known: Known[] = [];
    for (const kind of FRAME_KINDS) {
      const one = bind(filter, kind, source);
      if (one === undefined) return null;
      known.push(one);
    }
    return new FrameFilter(known);
  }

  /** PASSES, FAILS or UNKNOWN, for the frame that the reader set. */
  judge({ linkType, frame, frameStart, frameEnd }: Packet): number {
    if (linkType !== ETHERNET) return UNKNOWN;
    const kind = kindOfFrame(frame, frameStart, frameEnd, this.tunnels);
    if (kind < 0) return UNKNOWN;
    const known = this.all[kind]!;
    if (known >= 0) return known;
    return this.tests[kind]!(frame, frameStart) === true ? PASSES : FAILS;
  }
}

/** What an expression says of frames of a kind; undefined where their headers do not tell. */
function bind(filter: Expr, kind: FrameKind, source: string): Known | undefined {
  if (filter.kind === 'leaf') return bindTerm(filter.leaf, kind, source);
  if (filter.kind === 'not') return negated(bind(filter.operand, kind, source));
  const decisive = filter.kind === 'or';
  const tests: FrameTest[] = [];
  let rest: boolean | null = !decisive;
  for (const operand of filter.operands) {
    const one = bind(operand, kind, source);
    if (one === undefined) return undefined;
    if (one === decisive) return decisive;
    if (typeof one === 'function') tests.push(one);
    else if (one === null) rest = null;
  }
  if (tests.length === 0) return rest;
  return (bytes, start) => {
    let outcome = rest;
    for (const test of tests) {
      const one = test(bytes, start);
      if (one === decisive) return decisive;
      if (one === null) outcome = null;
    }
    return outcome;
  };
}

function negated(known: Known | undefined): Known | undefined {
  if (typeof known === 'boolean') return !known;
  if (typeof known !== 'function') return known;
  return (bytes, start) => {
    const outcome = known(bytes, start);
    return outcome === null ? null : !outcome;
  };
}

function bindTerm(term: Term, kind: FrameKind, source: string): Known | undefined {
  switch (term.kind) {
    case 'word':
      return bindWord(term.word, kind);
    case 'compare':
      return bindComparison(term, kind, source);
    case 'in':
      return bindMembers(term, kind, source);
    case 'search':
      return undefined;
  }
}

function bindWord({ text }: Literal, kind: FrameKind): Known | undefined {
  const name = text.toLowerCase();
  if (TRANSPORTS.has(name)) {
    const ids = layersNamed(name).map((layer) => REGISTRY.byName.get(layer)?.id);
    return layersOf(kind).some((id) => ids.includes(id));
  }
  return /^\d+$/.test(text) ? undefined : addressKnown(text, 'either', kind);
}

function bindComparison({ field, relation, value }: Comparison, kind: FrameKind, source: string): Known | undefined {
  if (isNull(value)) return undefined;
  const asked: Relation = relation === '!=' ? '==' : relation;
  const name = field.text.toLowerCase();
  const ports = PORTS.get(name);
  const addresses = ADDRESSES.get(name);
  let known: Known | undefined;
  if (ports !== undefined) known = portTest(valueTest(targetOf(name, source), asked, value), ports, kind);
  else if (addresses !== undefined && asked === '==') known = addressKnown(value.text, addresses, kind);
  return relation === '!=' ? negated(known) : known;
}

function bindMembers({ field, members }: Membership, kind: FrameKind, source: string): Known | undefined {
  const name = field.text.toLowerCase();
  const ports = PORTS.get(name);
  if (ports === undefined) return undefined;
  if (members.some((member) => member.kind === 'value' && isNull(member.value))) return undefined;
  return portTest(memberTest(targetOf(name, source), members), ports, kind);
}

const targetOf = (name: string, source: string) => ({ ...PACKET_NUMBERS.get(name)!, name, table, source });

function portTest(test: ValueTest, side: Side, kind: FrameKind): FrameTest {
  const source = transportAt(kind);
  const target = source + 2;
  if (side === 'src') return (bytes, start) => test(u16(bytes, start + source));
  if (side === 'dst') return (bytes, start) => test(u16(bytes, start + target));
  return (bytes, start) => test(u16(bytes, start + source)) || test(u16(bytes, start + target));
}

/** Of an address or a block; undefined for another text. */
function addressKnown(text: string, side: Side, kind: FrameKind): Known | undefined {
  const prefix = parsePrefix(text);
  if (prefix === null) return undefined;
  if ((prefix.family === 'ipv4') !== kind < TCP_IN_IPV6) return false;
  const isIn = prefixTest(prefix);
  const { source, target } = addressesIn(prefix.family);
  return (bytes, start) =>
    (side !== 'dst' && isIn(bytes, start + NETWORK_AT + source)) ||
    (side !== 'src' && isIn(bytes, start + NETWORK_AT + target));
}

const layersOf = (kind: FrameKind): readonly number[] => [
  eth.id,
  kind === TCP_IN_IPV4 || kind === UDP_IN_IPV4 ? ip.id : ipv6.id,
  kind === TCP_IN_IPV4 || kind === TCP_IN_IPV6 ? tcp.id : udp.id,
];
