import packageJson from '../../../package.json' with { type: 'json' };
import { EXIT, Failure, usageError } from '../../core/failure.ts';
import type { Limit } from '../../core/limit.ts';
import { type Section, type Snapshot, section } from '../../core/record/table.ts';
import { conn } from '../../core/record/tables/conn.ts';
import { type LimitRow, limit } from '../../core/record/tables/meta.ts';
import { SNAPSHOT_VERSION, type SnapshotRow, snapshot } from '../../core/record/tables/snapshot.ts';
import { type StreamRow, stream } from '../../core/record/tables/stream.ts';
import { readMachine } from '../../core/sample/machine-snapshot.ts';
import { TCP, UDP } from '../../core/stream/stream-follower.ts';
import { STREAM_LIMITS } from '../../core/stream/stream-limits.ts';
import { StreamSurvey } from '../../core/stream/stream-survey.ts';
import type { PlatformOptions } from '../../core/system/platform.ts';
import type { Dissector } from '../../core/wire/dissector.ts';
import type { Flow } from '../../core/wire/flow.ts';
import { readServices } from '../../platform/machine/services.ts';
import type { Context } from '../context/context.ts';
import { placeOf } from '../context/place.ts';
import type { Request } from '../listing/command.ts';
import { openInput } from '../reading/open-input.ts';
import { openKeyLog } from '../reading/open-key-log.ts';

/** All of the machine, or of a saved one. Rejects with a Failure 64 or 66. */
export async function* readSnapshot(
  context: Context,
  { keylog, ...options }: PlatformOptions & { readonly keylog: string | null },
  { ticks, sayLimits }: Request,
): AsyncGenerator<Snapshot> {
  if (keylog !== null) throw usageError('--keylog needs a capture: export snapshot -r FILE --keylog FILE');
  const place = await placeOf(context, options);
  const serviceOf = readServices(place.platform.host);
  for await (const tick of ticks) {
    const head = headOf(context, 'machine', options.root ?? options.netns);
    const sections: Section[] = [section(snapshot, [head])];
    const limits: Limit[] = [];
    for await (const seen of readMachine(place, tick, serviceOf)) {
      sections.push(...seen.sections);
      limits.push(...seen.limits);
    }
    sayLimits(limits);
    yield [...sections, section(limit, limits.map(limitRow))];
  }
}

/** All of a capture. Rejects with a Failure 65, 66, 74 or 77. */
export async function* readCapturedSnapshot(
  context: Context,
  file: string,
  keylog: string | null,
  request: Request,
): AsyncGenerator<Snapshot> {
  const loadReader = () => import('../conns/captured-conns.ts');
  const keys = keylog === null ? null : await openKeyLog(context, keylog, file === '-');
  const input = await openInput(context, file, loadReader);
  if (!input.isCapture) {
    await input.source.close();
    throw new Failure(EXIT.data, `${file} is no capture`, { hint: 'without -r, export snapshot is of this machine' });
  }
  await keys?.load();
  const { readCapturedConns } = await loadReader();
  const survey = new StreamSurvey(STREAM_LIMITS.mostEarlyBytes, isStream);
  let reader: Dissector | null = null;
  const conns = readCapturedConns(
    context,
    file,
    input.source,
    null,
    keys?.secrets ?? null,
    { ...request, wanted: new Set(Object.keys(conn.fields)) },
    (feed, dissector) => {
      reader = dissector;
      feed.listen((packet) => survey.ingest(packet));
    },
  );
  let isFirst = true;
  for await (const rows of conns) {
    // not before the file has been read: what is no capture leaves no half of a document
    if (isFirst) yield [section(snapshot, [headOf(context, 'capture', file)])];
    isFirst = false;
    yield [section(conn, rows)];
  }
  if (isFirst) yield [section(snapshot, [headOf(context, 'capture', file)]), section(conn, [])];
  keys?.finish();
  yield [section(stream, streamsOf(survey, reader)), section(limit, [limitRow(NO_MACHINE)])];
}

function streamsOf(survey: StreamSurvey, reader: Dissector | null): Iterable<StreamRow> {
  if (reader === null) return [];
  const { faults, flows } = reader;
  faults.attempt(() => survey.end());
  return faults.rows(() => survey.rows(flows.flows));
}

const isStream = ({ transport }: Flow): boolean => transport === TCP || transport === UDP;

const NO_MACHINE: Limit = {
  what: 'host, interfaces, routes, DNS servers, neighbours, counters, listeners and processes',
  why: 'a capture does not hold them',
  remedy: null,
};

const headOf = ({ clock }: Context, of: SnapshotRow['of'], source: string | null): SnapshotRow => ({
  time: new Date(clock.now()).toISOString(),
  version: SNAPSHOT_VERSION,
  netwatch: packageJson.version,
  of,
  source,
});

const limitRow = ({ what, why, remedy }: Limit): LimitRow => ({ what, why, remedy });
