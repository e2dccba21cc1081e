import { EXIT, Failure } from '../../core/failure.ts';
import { instantOf } from '../../core/instant.ts';
import { type Snapshot, section } from '../../core/record/table.ts';
import { conn } from '../../core/record/tables/conn.ts';
import { connEvent } from '../../core/record/tables/conn-event.ts';
import { connSummary } from '../../core/record/tables/conn-summary.ts';
import { coverage } from '../../core/record/tables/meta.ts';
import { type ConnectionLook, openConnectionSampler } from '../../core/sample/connection-sampler.ts';
import { arrangeBySession } from '../../core/socket/mptcp-subflows.ts';
import { summarize } from '../../core/socket/summary.ts';
import { instantNow } from '../../core/system/instant-now.ts';
import type { Platform } from '../../core/system/platform.ts';
import { keepHeapLow } from '../../core/tight-heap.ts';
import { processExists } from '../../platform/linux/process-state.ts';
import { readServices } from '../../platform/machine/services.ts';
import type { Context } from '../context/context.ts';
import { placeOf } from '../context/place.ts';
import type { Request } from '../listing/command.ts';
import { requireInterface } from '../reading/require-interface.ts';
import { sayFaults } from '../reading/say-faults.ts';
import type { LiveConnRequest } from './conn-request.ts';
import { select, selectEvents } from './conn-selection.ts';
import { connTotals } from './conn-totals.ts';

/**
 * The connections of the machine, a snapshot for each tick; `opened` is awaited before the first, when all that takes privileges is
 * open. Rejects with a Failure 64, 66, 69 or 77, and as `opened` does.
 */
export async function* runLive(
  context: Context,
  asked: LiveConnRequest,
  request: Request,
  opened: () => Promise<void> = async () => {},
): AsyncGenerator<Snapshot> {
  const place = await placeOf(context, asked.place);
  const { platform } = place;
  await requireNamed(platform, asked.named);
  const serviceOf = asked.services ? readServices(platform.host) : () => null;
  const sampler = await openConnectionSampler(place, { ...asked.sampled, serviceOf });
  let looks = 0;
  // two looks at 18,000 sockets are 30 MB, and took 180 as V8 let garbage be: 140 with this, in the same time
  if (request.repeating) keepHeapLow();
  try {
    await opened();
    for await (const tick of request.ticks) {
      looks++;
      const look = await sampler.look(instantOf(tick));
      request.sayLimits(look.limits);
      yield await snapshotOf(look, asked, tick.missed);
      request.sayLimits(sampler.goOn());
    }
    // what came and went since the last tick
    if (asked.sampled.events && context.signal.aborted && looks > 0) {
      const look = await sampler.look(instantNow(context.clock));
      request.sayLimits(look.limits);
      yield await snapshotOf(look, asked, 0);
    }
  } finally {
    await sampler.close((faults) => sayFaults(context, faults));
  }
}

async function snapshotOf(
  look: ConnectionLook,
  { keep, summary, bySession, sampled }: LiveConnRequest,
  missed: number,
) {
  if (look.lines !== null) return [{ table: conn, ...look.lines }];
  if (sampled.events) return [section(connEvent, selectEvents(look.events, keep))];
  const rows = select(look.rows(), keep);
  if (summary !== null) return [section(connSummary, summarize(rows, summary, look.at.time))];
  const listed = bySession ? arrangeBySession([...rows]) : rows;
  const measured = await look.measure(missed);
  if (measured === null) return [{ ...section(conn, listed), headline: connTotals }];
  return [section(conn, listed), section(coverage, [measured])];
}

/** A process, user or interface that does not exist is an error, not an empty answer. Throws Failure 66. */
async function requireNamed(platform: Platform, { pid, user, interface: name }: LiveConnRequest['named']) {
  if (
    pid !== null &&
    platform.name === 'linux' &&
    platform.host.readIfAny(`/proc/${pid}/stat`) === null &&
    // it may be one that /proc hides
    !(platform.host.root === null && processExists(pid))
  ) {
    throw new Failure(EXIT.noInput, `no process ${pid}`);
  }
  if (user !== null && !/^[0-9]+$/.test(user) && !isUser(platform, user)) {
    throw new Failure(EXIT.noInput, `no user "${user}" in /etc/passwd`, { hint: 'a uid is understood too' });
  }
  if (name !== null) await requireInterface(platform, name);
}

/** macOS keeps its users elsewhere. */
function isUser(platform: Platform, name: string): boolean {
  const passwd = platform.name === 'linux' ? platform.host.readIfAny('/etc/passwd') : null;
  return passwd === null || passwd.split('\n').some((line) => line.startsWith(`${name}:`));
}
