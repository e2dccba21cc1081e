import type { Instant } from '../instant.ts';
import { ByteText, constant } from '../net/byte-text.ts';
import type { PlaceFacts } from '../net/place-facts.ts';
import { compileJson } from '../output/json.ts';
import { writeJsonString } from '../output/json-bytes.ts';
import type { LineForm } from '../output/json-line.ts';
import type { LineWriter } from '../output/line-writer.ts';
import { type ConnRow, conn } from '../record/tables/conn.ts';
import { connRow, type Reading, type ServiceOf, serviceNameOf } from './conn-row.ts';
import { MOST_NUMBER_BYTES, putNumber } from './put-number.ts';
import type { Ownership, Socket } from './socket.ts';
import { socketCommunityId, writeSocketCommunityId } from './socket-community-id.ts';
import { numbersOf, SOCKET_NUMBERS } from './socket-numbers.ts';

/** What is known of the sockets of a single look. */
export interface Looked {
  readonly reading: Reading;
  readonly at: Instant;
  readonly serviceOf: ServiceOf;
}

/** What the text of fields depends on, of which sockets have few different ones. */
type Source = 'look' | 'state' | 'owner' | 'user' | 'iface' | 'service' | 'congestion' | 'place';

/** Such fields. `look` are those of the look itself, and those that are null in all rows of a single look (see `isPlain`). */
const KEPT: Readonly<Partial<Record<keyof ConnRow, Source>>> = {
  ...fieldsOf('state', 'proto', 'family', 'state', 'source'),
  ...fieldsOf('owner', 'pid', 'process', 'cmdline', 'container', 'cgroup', 'attribution', 'pids', 'exe', 'comm'),
  ...fieldsOf('owner', 'process_start'),
  ...fieldsOf('user', 'uid', 'user'),
  ...fieldsOf('iface', 'iface'),
  ...fieldsOf('service', 'service'),
  ...fieldsOf('congestion', 'congestion'),
  ...fieldsOf('place', 'geo_country', 'geo_city', 'asn', 'as_org'),
  ...fieldsOf('look', 'time', 'netns', 'rx_rate', 'tx_rate', 'first_seen', 'age_s', 'remote_host'),
  ...fieldsOf('look', 'app', 'server_name', 'stream'),
  ...fieldsOf('look', 'mptcp_token', 'mptcp_role', 'mptcp_subflows', 'mptcp_rx_bytes', 'mptcp_tx_bytes'),
  ...fieldsOf('look', 'mptcp_backup', 'mptcp_local_id', 'mptcp_remote_id', 'mptcp_flags'),
};

function fieldsOf(source: Source, ...names: (keyof ConnRow)[]): Partial<Record<keyof ConnRow, Source>> {
  return Object.fromEntries(names.map((name) => [name, source]));
}

/** Whether a socket is a part of MPTCP, or has something that only packets tell. */
function isPlain(socket: Socket): boolean {
  return (
    socket.mptcp_token === null &&
    socket.mptcp_role === null &&
    socket.mptcp_subflows === null &&
    socket.mptcp_rx_bytes === null &&
    socket.mptcp_tx_bytes === null &&
    socket.mptcp_backup === null &&
    socket.mptcp_local_id === null &&
    socket.mptcp_remote_id === null &&
    socket.mptcp_flags === null &&
    socket.app === null &&
    socket.server_name === null &&
    socket.stream === null
  );
}

const NULL = constant('null');
const END = constant('}\n');
const START = `{"type":${JSON.stringify(conn.type)}`;
/** The most that an address or a Community ID takes. */
const MOST_TEXT_BYTES = 64;

/** What a part is, besides the number of a number. */
const LOCAL = -1;
const REMOTE = -2;
const COMMUNITY = -3;
const RUN = -4;
const NUMBERS = -5;
const NAMED: Readonly<Record<string, number>> = { local_addr: LOCAL, remote_addr: REMOTE, community_id: COMMUNITY };

/** One part of a line. */
interface Part {
  readonly kind: number;
  /** What stands before its value; empty for a run. */
  readonly text: Uint8Array;
  readonly run: Run | null;
  readonly numbers: NumberRun | null;
}

/** Neighbouring numbers. Where they are those of the socket before, as of connections that rest, they are not written again. */
class NumberRun {
  private readonly heads: readonly Uint8Array[];
  private readonly from: number;
  private readonly before: Float64Array;
  private readonly kept: ByteText;
  /** What they are as text; null until they come a second time. */
  private text: Uint8Array | null = null;

  /** Numbers from `from` on, and what stands before each. */
  constructor(from: number, heads: readonly Uint8Array[]) {
    this.from = from;
    this.heads = heads;
    this.before = new Float64Array(heads.length).fill(Number.NaN);
    this.kept = new ByteText(roomOf(heads));
  }

  write(out: ByteText, numbers: Float64Array): void {
    const { before, from, kept } = this;
    let isSame = true;
    for (let index = 0; index < before.length; index++) {
      if (before[index] === numbers[from + index]) continue;
      before[index] = numbers[from + index]!;
      isSame = false;
    }
    if (!isSame) {
      this.text = null;
      this.writeAll(out);
      return;
    }
    if (this.text === null) {
      kept.length = 0;
      this.writeAll(kept);
      this.text = kept.bytes.subarray(0, kept.length);
    }
    out.longConstant(this.text);
  }

  /** Into room that there is. */
  private writeAll(out: ByteText): void {
    const { before, heads } = this;
    const { bytes } = out;
    let at = out.length;
    for (let index = 0; index < heads.length; index++) at = putNumber(bytes, at, heads[index]!, before[index]!);
    out.length = at;
  }
}

/** Thousands of addresses are in few places, and most in none. */
const placeKey = ({ country, city, asn, org }: PlaceFacts): string | null =>
  country === null && asn === null && city === null && org === null ? null : JSON.stringify([country, city, asn, org]);

const roomOf = (heads: readonly Uint8Array[]): number =>
  heads.reduce((sum, head) => sum + head.length + MOST_NUMBER_BYTES, 0);

/** Neighbouring fields whose text depends on one thing, and that text, by the thing. */
class Run {
  readonly source: Source;
  private readonly start: string;
  private readonly lineOf: LineWriter;
  private readonly texts = new Map<unknown, Uint8Array>();
  key: unknown = this;
  text = NULL;

  /** `start` stands before the text. */
  constructor(source: Source, fields: readonly string[], start: string) {
    this.source = source;
    this.start = start;
    this.lineOf = compileJson(conn, fields);
  }

  /** What the text depends on; `state` is all that the socket has of that kind. */
  keyOf(
    socket: Socket,
    { reading, serviceOf }: Looked,
    placeOf: LineForm['placeOf'],
    state: string,
    owner: Ownership,
  ): unknown {
    switch (this.source) {
      case 'look':
        return null;
      case 'state':
        return state;
      case 'owner':
        return owner;
      case 'user':
        return socket.uid;
      case 'iface':
        return reading.ifaceOf(socket);
      case 'service':
        return serviceNameOf(socket, serviceOf);
      case 'congestion':
        return socket.congestion;
      case 'place':
        return placeOf === null ? null : placeKey(placeOf(socket.remote_addr));
    }
  }

  /** Takes the text by another key than before; `rowOf` makes a row that has it. */
  turnTo(key: unknown, rowOf: () => ConnRow): void {
    let text = this.texts.get(key);
    if (text === undefined) {
      text = constant(this.start + this.lineOf(rowOf()).slice(START.length, -1));
      this.texts.set(key, text);
    }
    this.key = key;
    this.text = text;
  }
}

/**
 * Writes the `conn` records of a single look as NDJSON, the bytes that the renderer makes of their rows, without rows. Null for
 * fields of which there is none here.
 */
export function compileConnLines(looked: Looked, form: LineForm): ConnLines | null {
  const isKnown = (name: string): boolean =>
    Object.hasOwn(KEPT, name) || Object.hasOwn(NAMED, name) || numberOf(name) >= 0;
  return form.fields.every(isKnown) ? new ConnLines(looked, form) : null;
}

const numberOf = (name: string): number => (SOCKET_NUMBERS as readonly string[]).indexOf(name);

export class ConnLines {
  private readonly looked: Looked;
  private readonly placeOf: LineForm['placeOf'];
  private readonly parts: readonly Part[];
  private readonly lineOf: LineWriter;
  private readonly numbers = new Float64Array(SOCKET_NUMBERS.length);
  private readonly hasCommunityId: boolean;
  /** For all of a line but its runs. */
  private readonly room: number;
  private last: Socket | null = null;
  private state = '';

  constructor(looked: Looked, { fields, placeOf }: LineForm) {
    this.looked = looked;
    this.placeOf = placeOf;
    this.lineOf = compileJson(conn, fields);
    this.hasCommunityId = fields.includes('community_id');
    this.parts = partsOf(fields);
    this.room = END.length + fields.length * MOST_TEXT_BYTES + fields.join().length;
  }

  /** Adds the line of a socket. */
  write(out: ByteText, socket: Socket): void {
    if (!isPlain(socket)) {
      out.text(`${this.lineOf(this.rowOf(socket))}\n`);
      return;
    }
    const { parts, numbers, looked, placeOf } = this;
    out.reserve(this.room);
    numbersOf(socket, numbers);
    const state = this.stateOf(socket);
    const owner = looked.reading.ownerOf(socket);
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index]!;
      switch (part.kind) {
        case RUN: {
          const run = part.run!;
          const key = run.keyOf(socket, looked, placeOf, state, owner);
          if (key !== run.key) run.turnTo(key, () => this.rowOf(socket));
          const { text } = run;
          if (out.length + text.length + this.room > out.bytes.length) out.reserve(text.length + this.room);
          out.bytes.set(text, out.length);
          out.length += text.length;
          break;
        }
        case NUMBERS:
          part.numbers!.write(out, numbers);
          break;
        case LOCAL:
          out.constant(part.text);
          writeJsonString(out, socket.local_addr);
          break;
        case REMOTE:
          out.constant(part.text);
          if (socket.remote_addr === null) out.constant(NULL);
          else writeJsonString(out, socket.remote_addr);
          break;
        case COMMUNITY:
          out.constant(part.text);
          writeSocketCommunityId(out, socket);
          break;
        default:
          out.length = putNumber(out.bytes, out.length, part.text, numbers[part.kind]!);
      }
    }
    out.constant(END);
  }

  /** The fields of a state, as one text; the same object where neighbours share them. */
  private stateOf(socket: Socket): string {
    const { last } = this;
    if (
      last === null ||
      last.proto !== socket.proto ||
      last.family !== socket.family ||
      last.state !== socket.state ||
      last.source !== socket.source
    ) {
      this.state = `${socket.proto} ${socket.family} ${socket.state} ${socket.source}`;
      this.last = socket;
    }
    return this.state;
  }

  private rowOf(socket: Socket): ConnRow {
    const { reading, at, serviceOf } = this.looked;
    const { placeOf } = this;
    const owner = reading.ownerOf(socket);
    const row = connRow(socket, reading, serviceOf, { at, owner, firstSeen: null, rxRate: null, txRate: null });
    if (this.hasCommunityId) row.community_id = socketCommunityId(socket);
    if (placeOf !== null) {
      const { country, city, asn, org } = placeOf(socket.remote_addr);
      row.geo_country = country;
      row.geo_city = city;
      row.asn = asn;
      row.as_org = org;
    }
    return row;
  }
}

function partsOf(fields: readonly string[]): readonly Part[] {
  const parts: Part[] = [];
  let start = START;
  for (let from = 0; from < fields.length; ) {
    const end = endOfPart(fields, from);
    parts.push(partOf(fields.slice(from, end), start));
    start = '';
    from = end;
  }
  return parts;
}

/** Where the part that begins at a field ends: fields of one source, and numbers that follow one another. */
function endOfPart(fields: readonly string[], from: number): number {
  const sourceOf = (at: number): Source | undefined => KEPT[fields[at] as keyof ConnRow];
  let source = sourceOf(from);
  let end = from + 1;
  if (source === undefined) {
    const first = numberOf(fields[from]!);
    while (first >= 0 && end < fields.length && numberOf(fields[end]!) === first + end - from) end++;
    return end;
  }
  // what is the same in all rows joins what it stands next to
  for (; end < fields.length; end++) {
    const next = sourceOf(end);
    if (next === undefined || (next !== source && next !== 'look' && source !== 'look')) break;
    if (source === 'look') source = next;
  }
  return end;
}

function partOf(fields: readonly string[], start: string): Part {
  const first = fields[0]!;
  const heads = fields.map((name, index) => constant(`${index === 0 ? start : ''},${JSON.stringify(name)}:`));
  const [text] = heads as [Uint8Array];
  const sources = fields.map((name) => KEPT[name as keyof ConnRow]);
  if (sources[0] !== undefined) {
    const source = sources.find((one) => one !== 'look') ?? 'look';
    return { kind: RUN, text, run: new Run(source, fields, start), numbers: null };
  }
  const number = numberOf(first);
  if (fields.length > 1) return { kind: NUMBERS, text, run: null, numbers: new NumberRun(number, heads) };
  return { kind: number < 0 ? NAMED[first]! : number, text, run: null, numbers: null };
}
