import type { Instant } from '../instant.ts';
import { ByteText, constant } from '../net/byte-text.ts';
import type { PlaceFacts } from '../net/place-facts.ts';
import { compileJson } from '../output/json.ts';
import type { LineForm } from '../output/json-line.ts';
import type { LineWriter } from '../output/line-writer.ts';
import { type ConnRow, conn } from '../record/tables/conn.ts';
import { type Reading, type ServiceOf, serviceNameOf } from './conn-row.ts';
import { MOST_NUMBER_BYTES, putNumber } from './put-number.ts';
import type { Ownership, Socket } from './socket.ts';
import { SOCKET_NUMBERS } from './socket-numbers.ts';

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

const NULL = constant('null');
const START = `{"type":${JSON.stringify(conn.type)}`;

/** What a part is, besides the number of a number. */
export const LOCAL = -1;
export const REMOTE = -2;
export const COMMUNITY = -3;
export const RUN = -4;
export const NUMBERS = -5;
const NAMED: Readonly<Record<string, number>> = { local_addr: LOCAL, remote_addr: REMOTE, community_id: COMMUNITY };

/** One part of a line. */
export interface Part {
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

/** Whether there is a way to write a field of this name. */
export const isKnownField = (name: string): boolean =>
  Object.hasOwn(KEPT, name) || Object.hasOwn(NAMED, name) || numberOf(name) >= 0;

const numberOf = (name: string): number => (SOCKET_NUMBERS as readonly string[]).indexOf(name);

/** The parts of a line of these fields, each of which is known. */
export function partsOf(fields: readonly string[]): readonly Part[] {
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
