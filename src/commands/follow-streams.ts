import { replay } from '../core/capture/replay.ts';
import { formatTimestamp } from '../core/capture/timestamp.ts';
import type { Piece } from '../core/connection/reassembly.ts';
import { StreamFollower, TCP, UDP } from '../core/connection/stream-follower.ts';
import { StreamSurvey } from '../core/connection/stream-survey.ts';
import { StreamHex, StreamLines, type StreamText } from '../core/connection/stream-text.ts';
import { EXIT, Failure, usageError } from '../core/failure.ts';
import { compileFilter } from '../core/filter/bind.ts';
import { formatBytes, formatNumberOf, formatSignificant } from '../core/output/units.ts';
import { type AnyRow, type Section, type Snapshot, section } from '../core/record/table.ts';
import { type SegmentRow, segment } from '../core/record/tables/segment.ts';
import { type StreamRow, stream } from '../core/record/tables/stream.ts';
import { timesOf } from '../core/stats/handshakes.ts';
import { HEADER_REGISTRY, REGISTRY } from '../core/wire/all-protocols.ts';
import { Dissector } from '../core/wire/dissector.ts';
import type { Flow } from '../core/wire/flow.ts';
import type { FlowTable } from '../core/wire/flow-table.ts';
import { addressA, addressB } from '../core/wire/flow-text.ts';
import { Packet } from '../core/wire/packet.ts';
import { createOutputFile } from '../platform/capture-output.ts';
import { canReadAgain } from '../platform/capture-source.ts';
import type { Context } from './context.ts';
import type { FollowMode, FollowValues } from './follow.ts';
import { HeldStreams } from './held-streams.ts';
import { openCapture, sayProblems } from './open-capture.ts';
import type { PrintedPiece } from './stream-printer.ts';

/** Out-of-order bytes that wait for those before them. */
const MOST_EARLY_BYTES = 16 * 1024 * 1024;
const MOST_SEGMENTS = 10_000;
const MOST_BYTES = 2_000_000;

/** The streams of a capture, as the options want them. */
export async function* followStreams(
  context: Context,
  file: string,
  values: FollowValues,
  mode: FollowMode,
): AsyncGenerator<Snapshot> {
  const pick = compilePick(values);
  if (mode === 'list') yield [section(stream, (await survey(context, file, values)).rows.filter(pick))];
  else if (mode === 'print') yield* printed(context, file, values, pick);
  else if (await canReadAgain(file)) yield* recordsOfFile(context, file, values, pick);
  else yield* recordsOfPipe(context, file, values, pick);
}

/** Writes the one stream that is meant to a file; when that fails there is none. */
export async function writeStream(context: Context, file: string, values: FollowValues, name: string): Promise<number> {
  const output = await createOutputFile(name, values.force);
  let written = 0;
  try {
    for await (const snapshot of printed(context, file, values, compilePick(values))) {
      for (const { rows } of snapshot) {
        for (const row of rows) {
          const { printed: piece } = row as PrintedPiece;
          const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
          written += bytes.length;
          await output.write(bytes);
        }
      }
    }
    await output.finish();
  } catch (error) {
    await output.abandon();
    throw error;
  }
  if (!values.quiet) context.say(`wrote ${formatNumberOf(written, 'byte')} to ${name}`);
  return EXIT.ok;
}

/** Which streams are meant, by their records. Throws Failure 64. */
function compilePick(values: FollowValues): (row: StreamRow) => boolean {
  const filter = values.filter === null ? null : compileFilter(values.filter, stream);
  const protocols = protocolsOf(values);
  return (row) =>
    protocols.has(row.proto) &&
    (values.stream === null || row.stream === values.stream) &&
    (filter === null || filter.matches(row));
}

/** Numbers alone do not tell TCP from UDP, so they mean TCP unless it is said. */
function protocolsOf({ tcp, udp, stream: number, all }: FollowValues): ReadonlySet<StreamRow['proto']> {
  if (!tcp && !udp) return new Set(number !== null || all ? ['tcp'] : ['tcp', 'udp']);
  return new Set([...(tcp ? (['tcp'] as const) : []), ...(udp ? (['udp'] as const) : [])]);
}

const earlyBytes = (values: FollowValues): number => values['max-bytes'] ?? MOST_EARLY_BYTES;

/** Reads the capture to its end, or until interrupted; says what was wrong with it. */
async function readThrough(
  context: Context,
  file: string,
  values: FollowValues,
  dissector: Dissector,
  ingest: (packet: Packet) => void,
  complains: boolean,
): Promise<void> {
  const reader = await openCapture(context, file, values, false);
  try {
    await replay(reader, dissector, ingest, context.signal);
  } finally {
    await reader.close();
    if (complains) sayProblems(context, file, reader);
  }
}

/** The streams of the capture that may be meant, as records, and the numbers of all there are. */
interface Surveyed {
  readonly rows: readonly StreamRow[];
  readonly flows: FlowTable;
}

async function survey(context: Context, file: string, values: FollowValues, complains = true): Promise<Surveyed> {
  const dissector = new Dissector(REGISTRY);
  const all = new StreamSurvey(earlyBytes(values), flowsMeant(values));
  await readThrough(context, file, values, dissector, (packet) => all.ingest(packet), complains);
  all.end();
  return { rows: [...all.rows(dissector.flows.flows)], flows: dissector.flows };
}

/** Whether a flow may be meant, before its record is known. */
function flowsMeant(values: FollowValues): (flow: Flow) => boolean {
  const protocols = protocolsOf(values);
  return (flow) => protocols.has(protoOf(flow)) && (values.stream === null || flow.stream === values.stream);
}

const keyOf = (proto: string, number: number): string => `${proto} ${number}`;
const protoOf = (flow: Flow): StreamRow['proto'] => (flow.transport === TCP ? 'tcp' : 'udp');

/** In two passes: the records of the streams are known when their segments come. */
async function* recordsOfFile(
  context: Context,
  file: string,
  values: FollowValues,
  pick: (row: StreamRow) => boolean,
): AsyncGenerator<Snapshot> {
  const all = await survey(context, file, values, false);
  requireStream(context, values, all.flows);
  const rows = all.rows.filter(pick);
  const wanted = new Map(rows.map((row) => [keyOf(row.proto, row.stream), row]));
  const begun = new Map<Flow, boolean>();
  let sections: { table: Section['table']; rows: AnyRow[] }[] = [];
  const add = (table: Section['table'], row: AnyRow): void => {
    const last = sections.at(-1);
    if (last?.table === table) last.rows.push(row);
    else sections.push({ table, rows: [row] });
  };
  const begins = (flow: Flow): boolean => {
    const known = begun.get(flow);
    if (known !== undefined) return known;
    const key = flow.transport === TCP || flow.transport === UDP ? keyOf(protoOf(flow), flow.stream) : '';
    const row = wanted.get(key);
    wanted.delete(key);
    begun.set(flow, row !== undefined);
    if (row !== undefined) add(stream, row);
    return row !== undefined;
  };
  const follower = new StreamFollower(earlyBytes(values), begins, (flow, piece) => {
    if (isWanted(values, piece)) add(segment, segmentOf(flow, piece));
  });
  const taken = (): Snapshot => {
    const batch = sections;
    sections = [];
    return batch;
  };
  const reader = await openCapture(context, file, values, true);
  const dissector = new Dissector(HEADER_REGISTRY);
  const packet = new Packet();
  try {
    while (!context.signal.aborted && (await reader.fill())) {
      while (reader.next(packet)) {
        dissector.dissect(packet);
        follower.ingest(packet);
      }
      yield taken();
    }
  } finally {
    await reader.close();
    sayProblems(context, file, reader);
  }
  follower.end();
  for (const row of wanted.values()) add(stream, row);
  yield taken();
}

/** In one pass: what was said is held until the records of the streams are known. */
async function* recordsOfPipe(
  context: Context,
  file: string,
  values: FollowValues,
  pick: (row: StreamRow) => boolean,
): AsyncGenerator<Snapshot> {
  const wants = flowsMeant(values);
  const held = new HeldStreams(values['max-segments'] ?? MOST_SEGMENTS, values['max-bytes'] ?? MOST_BYTES);
  const follower = new StreamFollower(earlyBytes(values), wants, (flow, piece) => {
    if (isWanted(values, piece)) held.add(keyOf(protoOf(flow), flow.stream), segmentOf(flow, piece));
  });
  const dissector = new Dissector(REGISTRY);
  const all = new StreamSurvey(earlyBytes(values), wants);
  const ingest = (packet: Packet): void => {
    all.ingest(packet);
    follower.ingest(packet);
  };
  await readThrough(context, file, values, dissector, ingest, true);
  all.end();
  follower.end();
  const rows = [...all.rows(dissector.flows.flows)];
  requireStream(context, values, dissector.flows);
  for (const row of rows) {
    if (!pick(row)) continue;
    const key = keyOf(row.proto, row.stream);
    const truncated = row.truncated || held.isCut(key);
    yield [section(stream, [{ ...row, truncated }]), section(segment, held.of(key))];
  }
}

function isWanted({ dir }: FollowValues, { direction }: Piece): boolean {
  return dir === null || dir === 'both' || (dir === 'a') === (direction === 0);
}

function segmentOf(flow: Flow, piece: Piece): SegmentRow {
  const { bytes, start, end } = piece;
  return {
    stream: flow.stream,
    packet: piece.packet,
    time: formatTimestamp(piece.seconds, piece.nanoseconds),
    dir: piece.direction === 0 ? 'a' : 'b',
    offset: piece.offset,
    length: end - start,
    data: Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('base64'),
    proto: protoOf(flow),
  };
}

/** One stream as people read it, or as it was sent. */
async function* printed(
  context: Context,
  file: string,
  values: FollowValues,
  pick: (row: StreamRow) => boolean,
): AsyncGenerator<Snapshot> {
  const { number, transport } = await chosen(context, file, values, pick);
  const as = values.as ?? (values.write === null ? 'text' : 'raw');
  const text: StreamText | null = as === 'text' ? new StreamLines() : as === 'hex' ? new StreamHex() : null;
  let rows: PrintedPiece[] = [];
  let followed: Flow | null = null;
  let pieces = 0;
  const wants = (flow: Flow): boolean => {
    if (flow.stream !== number || flow.transport !== transport) return false;
    if (followed === null) {
      followed = flow;
      if (!values.quiet) context.say(titleOf(flow));
    }
    return true;
  };
  const follower = new StreamFollower(earlyBytes(values), wants, (_flow, piece) => {
    if (!isWanted(values, piece)) return;
    pieces++;
    const dir = piece.direction === 0 ? 'a' : 'b';
    rows.push({ dir, printed: text === null ? piece.bytes.slice(piece.start, piece.end) : text.add(piece) });
  });
  const taken = (): Snapshot => {
    const batch = rows;
    rows = [];
    return [{ table: segment, rows: batch }];
  };
  const reader = await openCapture(context, file, values, true);
  const dissector = new Dissector(HEADER_REGISTRY);
  const packet = new Packet();
  try {
    while (!context.signal.aborted && (await reader.fill())) {
      while (reader.next(packet)) {
        dissector.dissect(packet);
        follower.ingest(packet);
      }
      yield taken();
    }
  } finally {
    await reader.close();
    sayProblems(context, file, reader);
  }
  follower.end();
  if (followed === null && context.signal.aborted) return;
  if (followed === null) throw noStream(number, transport, dissector.flows.count(transport));
  const end = text?.end() ?? '';
  if (end !== '') rows.push({ dir: 'a', printed: end });
  yield taken();
  if (!values.quiet) context.say(footerOf(followed, follower, pieces));
}

/** The one stream that is meant. Throws Failure 64 when a filter picks none or several. */
async function chosen(
  context: Context,
  file: string,
  values: FollowValues,
  pick: (row: StreamRow) => boolean,
): Promise<{ readonly number: number; readonly transport: number }> {
  if (values.tcp && values.udp) throw usageError('one stream is followed: --tcp or --udp');
  if (values.stream !== null && values.filter === null) {
    return { number: values.stream, transport: values.udp ? UDP : TCP };
  }
  if (!(await canReadAgain(file))) {
    throw usageError('a filter looks at every stream first, and a pipe cannot be read twice', {
      hint: 'netwatch follow -r - --stream N, or --as ndjson',
    });
  }
  const rows = (await survey(context, file, values, false)).rows.filter(pick);
  const [one] = rows;
  if (one === undefined)
    throw new Failure(EXIT.noInput, 'no stream passes the filter', { hint: `netwatch follow -r ${file} --list` });
  if (rows.length > 1) {
    throw usageError(`${formatNumberOf(rows.length, 'stream')} pass the filter, and one can be printed`, {
      hint: `netwatch follow -r ${file} --list -f ..., then --stream N`,
    });
  }
  return { number: one.stream, transport: one.proto === 'tcp' ? TCP : UDP };
}

/** A stream that is asked for by its number must be there, or may still have come. Throws Failure 66. */
function requireStream(context: Context, values: FollowValues, flows: FlowTable): void {
  const { stream: number } = values;
  if (number === null || context.signal.aborted) return;
  const transports = [...protocolsOf(values)].map((proto) => (proto === 'tcp' ? TCP : UDP));
  if (transports.some((transport) => number < flows.count(transport))) return;
  throw noStream(number, transports[0]!, flows.count(transports[0]!));
}

function noStream(number: number, transport: number, there: number): Failure {
  const name = transport === TCP ? 'TCP' : 'UDP';
  const hint = there === 0 ? `the capture has no ${name} streams` : `${name} streams are 0 to ${there - 1}`;
  return new Failure(EXIT.noInput, `no ${name} stream ${number}`, { hint });
}

function titleOf(flow: Flow): string {
  const name = flow.transport === TCP ? 'TCP' : 'UDP';
  return `${name} stream ${flow.stream}: A ${endpoint(addressA(flow), flow.aPort)} ↔ B ${endpoint(addressB(flow), flow.bPort)}`;
}

function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

function footerOf(flow: Flow, follower: StreamFollower, pieces: number): string {
  const [a, b] = follower.sidesOf(flow);
  const { total } = timesOf(flow.tcp);
  const missing = a.missing + b.missing;
  const held = a.heldBytes + b.heldBytes;
  return [
    `${formatNumberOf(flow.aPackets + flow.bPackets, 'packet')}, ${formatNumberOf(pieces, 'segment')}`,
    `A→B ${formatBytes(a.bytes)}`,
    `B→A ${formatBytes(b.bytes)}`,
    ...(total === null ? [] : [`handshake ${formatSignificant(total)} ms`]),
    ...(missing === 0
      ? []
      : [`${formatNumberOf(missing, 'byte')} missing in ${formatNumberOf(a.gaps + b.gaps, 'gap')}`]),
    ...(held === 0 ? [] : [`${formatNumberOf(held, 'byte')} behind a gap left out`]),
  ].join(' │ ');
}
