import { namesOf } from '../filter/bare-word.ts';
import { bindTerm, isNull, memberTest } from '../filter/bind.ts';
import { type ValueTest, valueTest } from '../filter/comparison.ts';
import { refuseDottedName } from '../filter/dotted-name.ts';
import type { Comparison, Literal, Member, Membership, Term } from '../filter/expr.ts';
import type { Now } from '../filter/instant.ts';
import { compileLogic, negate, type Test } from '../filter/logic.ts';
import { parseFilter } from '../filter/parse.ts';
import { compilePattern } from '../filter/pattern.ts';
import { layersNamed, PROTOCOL_NAMES } from '../filter/protocol-names.ts';
import type { Scope } from '../filter/scope.ts';
import { sourceError } from '../filter/source-error.ts';
import { parsePrefix } from '../net/ip-prefix.ts';
import type { AnyRow } from '../record/table.ts';
import { packet as table } from '../record/tables/packet.ts';
import { REGISTRY } from '../wire/all-protocols.ts';
import { EXPERTS } from '../wire/expert.ts';
import type { Packet } from '../wire/packet.ts';
import { ABSENT, type DisplayField, presenceTest } from './display-field.ts';
import { DISPLAY_FIELDS, isOfFlows, isOfHellos, isOfMessages } from './display-fields.ts';
import { displayMembers, displayTest } from './display-test.ts';
import { FrameFilter, TRANSPORTS } from './frame-filter.ts';
import { ADDRESS_SIDES, addressTest, type Side } from './packet-address.ts';
import { PACKET_NUMBERS, type PacketNumberField } from './packet-number.ts';
import { PacketRows } from './packet-rows.ts';
import { byteText, layerBytesTest, payloadSearch } from './packet-text-search.ts';

/** A display filter over dissected packets. */
export interface PacketPredicate {
  /**
   * Whether it turns packets into text; a filter that does not allocates nothing and can run on millions of packets.
   */
  readonly needsText: boolean;
  /** Whether it needs anything after the transport header. */
  readonly needsApplications: boolean;
  /** Of which protocols alone it needs streams: those whose names it holds; null for all. */
  readonly streams: readonly string[] | null;
  /** Whether it needs the flow of a packet, and so the packets before it; otherwise their headers do. */
  readonly needsFlows: boolean;
  /** Whether it asks how segments of TCP follow each other. */
  readonly needsAnalysis: boolean;
  /** Whether it asks what is in hellos, those of QUIC too. */
  readonly needsHellos: boolean;
  /** Makes the same over bytes of frames, where that can be; null where packets are to be dissected. */
  overFrames(): FrameFilter | null;
  /** Makes the fields that it needs; the caller tells it about the file and the owners. */
  readonly rows: PacketRows;
  matches(packet: Packet): boolean;
}

/** The name for the whole frame in `frame contains "text"`. */
const FRAME = 'frame';
const ANY_ANALYSIS = 'tcp.analysis.flags';

/**
 * Compiles a filter for packets. A protocol's name matches packets that have such a layer, an address matches those
 * with it in an IP header, and an expert's id those in which it was found; headers quoted inside ICMP errors do not
 * count. Any field of the `packet` record can be used; words that name nothing, and `contains "text"`, are searched for
 * in the fields and in the payload; a dotted name that is no field is an error. Null is treated as in filters over records. If the filter throws at a packet, that
 * is noted and the packet does not pass. `rows` knows the file; without it the filter keeps its own. Relative times count from `now`. Throws Failure 64
 * with the place of the error.
 */
export function compilePacketFilter(source: string, rows?: PacketRows, now?: Now): PacketPredicate {
  const binder = new Binder(source, rows ?? new PacketRows(), now);
  const parsed = parseFilter(source);
  const test = compileLogic<Term, Packet>(parsed, (term) => {
    const known = binder.bind(term);
    return (packet) => known(packet) === true;
  });
  const own = rows === undefined && binder.needsText ? binder.rows : null;
  return {
    needsText: binder.needsText,
    needsApplications: binder.needsText || binder.needsApplications,
    streams: binder.needsText || binder.needsAllStreams ? null : [...binder.streams],
    needsFlows: binder.needsText || binder.needsApplications || binder.needsFlows,
    needsAnalysis: binder.needsText || binder.needsAnalysis,
    needsHellos: binder.needsHellos,
    overFrames: () => FrameFilter.of(parsed, source),
    rows: binder.rows,
    matches(packet) {
      own?.see(packet);
      try {
        return test(packet) === true;
      } catch (error) {
        binder.rows.faults.note(packet, error);
        return false;
      }
    },
  };
}

class Binder {
  needsText = false;
  needsApplications = false;
  needsAllStreams = false;
  readonly streams = new Set<string>();
  needsFlows = false;
  needsAnalysis = false;
  needsHellos = false;
  readonly rows: PacketRows;
  private readonly source: string;
  private readonly now: Now | undefined;

  constructor(source: string, rows: PacketRows, now: Now | undefined) {
    this.source = source;
    this.rows = rows;
    this.now = now;
  }

  bind(term: Term): Test<Packet> {
    switch (term.kind) {
      case 'word':
        return this.word(term.word) ?? this.record(term);
      case 'search':
        return this.search(term.needle);
      case 'compare':
        if (isNull(term.value)) return this.record(term);
        if (term.relation === '!=') return negate(this.bind({ ...term, relation: '==' }));
        return this.comparison(term) ?? this.record(term);
      case 'in':
        return this.membership(term) ?? this.record(term);
    }
  }

  private word(word: Literal): Test<Packet> | null {
    const name = word.text.toLowerCase();
    const number = this.number(name);
    if (number !== undefined) return (packet) => number.read.some((read) => read(packet) !== ABSENT);
    const field = this.display(name);
    if (field !== null) return presenceTest(field);
    const side = ADDRESS_SIDES.get(name);
    if (side !== undefined) return ({ ipVersion }) => ipVersion !== 0;
    if (Object.hasOwn(table.fields, name) || Object.hasOwn(table.aliases, name)) return null;
    const protocols = layersNamed(name).flatMap((layer) => REGISTRY.byName.get(layer)?.id ?? []);
    if (protocols.length > 0) {
      this.needsApplications ||= !TRANSPORTS.has(name);
      this.readStreams(layersNamed(name));
      return (packet) => protocols.some((id) => packet.has(id));
    }
    if (PROTOCOL_NAMES.has(name))
      throw sourceError(this.source, word, `${name} is not dissected`, `contains "${name}"`);
    const expert = expertTest(name);
    if (expert !== null) {
      this.needsApplications ||= !name.startsWith('tcp.');
      this.needsAllStreams ||= this.needsApplications;
      this.needsFlows = this.needsAnalysis = true;
      return expert;
    }
    const prefix = parsePrefix(word.text);
    if (prefix !== null && !/^\d+$/.test(word.text)) return addressTest(prefix, 'either');
    if (!this.isSearched(word)) return null;
    refuseDottedName(this.source, word, table.type, [
      ...namesOf(table),
      ...PACKET_NUMBERS.keys(),
      ...ADDRESS_SIDES.keys(),
      ANY_ANALYSIS,
    ]);
    return this.search(word);
  }

  /** Where one of the layers may be in any stream, all are read. */
  private readStreams(layers: readonly string[]): void {
    for (const layer of layers) {
      const protocol = REGISTRY.byName.get(layer);
      if (protocol === undefined || protocol.dissect !== undefined) continue; // a header is in no stream
      if (protocol.carriedBy === undefined) this.needsAllStreams = true;
      this.streams.add(layer);
    }
  }

  /** Neither a plain number nor an address with a port: `record` throws for those. */
  private isSearched({ text }: Literal): boolean {
    return !/^\d+$/.test(text) && !/^[\d.]+[/:]\d+$/.test(text);
  }

  private comparison({ field, relation, value }: Comparison): Test<Packet> | null {
    const name = field.text.toLowerCase();
    const number = this.number(name);
    if (number !== undefined && relation !== '!=') {
      return numberTest(number.read, valueTest({ ...number, name, table, source: this.source }, relation, value));
    }
    const searchesBytes = relation === 'contains' || relation === 'matches';
    const bytes = searchesBytes ? this.bytes(name, relation, value) : null;
    if (bytes !== null) return bytes;
    const known = this.display(name);
    if (known !== null && relation !== '!=') return displayTest(known, name, this.source, relation, value);
    const side = ADDRESS_SIDES.get(name);
    const prefix = side === undefined || relation !== '==' ? null : parsePrefix(value.text);
    return prefix === null ? null : addressTest(prefix, side!);
  }

  /** The number of a packet with this name. */
  private number(name: string): PacketNumberField | undefined {
    const number = PACKET_NUMBERS.get(name);
    this.needsFlows ||= number?.field === table.fields.stream;
    return number;
  }

  /** The field of display filters with this name. */
  private display(name: string): DisplayField | null {
    const field = DISPLAY_FIELDS.get(name) ?? null;
    if (field !== null) {
      this.needsApplications ||= isOfMessages(name);
      this.needsAllStreams ||= isOfMessages(name);
      this.needsFlows ||= isOfFlows(name);
      this.needsHellos ||= isOfHellos(name);
    }
    return field;
  }

  /**
   * `frame contains "text"`, `http matches "text"`: searches the bytes, and the case of letters counts, as in
   * Wireshark.
   */
  private bytes(name: string, relation: 'contains' | 'matches', value: Literal): Test<Packet> | null {
    const protocol = REGISTRY.byName.get(name);
    if ((protocol === undefined && name !== FRAME) || Object.hasOwn(table.fields, name)) return null;
    this.needsText = true;
    const needle = byteText(value.text);
    const test = relation === 'contains' ? (text: string) => text.includes(needle) : compilePattern(value, this.source);
    return layerBytesTest(protocol?.id ?? null, test);
  }

  private membership({ field, members }: Membership): Test<Packet> | null {
    const name = field.text.toLowerCase();
    if (members.some((member) => member.kind === 'value' && isNull(member.value))) return null;
    const number = this.number(name);
    if (number !== undefined) {
      return numberTest(number.read, memberTest({ ...number, name, table, source: this.source }, members));
    }
    const known = this.display(name);
    if (known !== null) return displayMembers(known, name, this.source, members);
    const side = ADDRESS_SIDES.get(name);
    return side === undefined ? null : addressMembers(members, side);
  }

  /** Everything else is tested on the record; only the fields that are needed are made. */
  private record(term: Term): Test<Packet> {
    this.needsText = true;
    const scope: Scope = { source: this.source, table, searchesWords: true, fields: new Set(), now: this.now };
    const test = bindTerm(scope, term);
    const names = [...scope.fields];
    return (packet) => test(this.rows.fields(packet, names) as AnyRow);
  }

  private search(needle: Literal): Test<Packet> {
    const inPayload = payloadSearch(needle.text);
    const inRecord = this.record({ kind: 'search', needle });
    return (packet) => inPayload(packet) || inRecord(packet);
  }
}

function numberTest(reads: readonly ((packet: Packet) => number)[], test: ValueTest): Test<Packet> {
  const [first, second] = reads as [(packet: Packet) => number, ((packet: Packet) => number)?];
  return (packet) => {
    const value = first(packet);
    if (value === ABSENT) return null;
    return test(value) || (second !== undefined && test(second(packet)));
  };
}

/** Null when a member is no address or block. */
function addressMembers(members: readonly Member[], side: Side): Test<Packet> | null {
  const tests: Test<Packet>[] = [];
  for (const member of members) {
    const prefix = member.kind === 'value' ? parsePrefix(member.value.text) : null;
    if (prefix === null) return null;
    tests.push(addressTest(prefix, side));
  }
  return (packet) => (packet.ipVersion === 0 ? null : tests.some((test) => test(packet) === true));
}

/** Whether the finding that an expert's id names is in the packet. */
function expertTest(name: string): Test<Packet> | null {
  const wanted = new Set<number>();
  for (const { id, number } of EXPERTS) {
    if (id === name || (name === ANY_ANALYSIS && id.startsWith('tcp.analysis.'))) wanted.add(number);
  }
  if (wanted.size === 0) return null;
  return ({ experts, expertCount }) => {
    for (let index = 0; index < expertCount; index++) if (wanted.has(experts[index]!)) return true;
    return false;
  };
}
