import { Failure } from '../failure.ts';
import { instantOf } from '../instant.ts';
import type { Limit } from '../limit.ts';
import { type Section, section } from '../record/table.ts';
import { conn } from '../record/tables/conn.ts';
import { counter } from '../record/tables/counter.ts';
import { iface } from '../record/tables/iface.ts';
import { isListener, SNAPSHOT_PARTS } from '../record/tables/snapshot.ts';
import type { ServiceOf } from '../socket/conn-row.ts';
import { openConnectionSampler, PLAIN_CONNECTIONS } from './connection-sampler.ts';
import { openInterfaceSampler } from './interface-sampler.ts';
import { readNetwork } from './network-sampler.ts';
import type { Place } from './surroundings.ts';

/** A part of a machine: its records, and what could not be read of it. */
interface Seen {
  readonly sections: readonly Section[];
  readonly limits: readonly Limit[];
}

/**
 * All that can be seen of a machine at `at`, part after part in the order of a snapshot, and what cannot. A part that
 * cannot be read at all is left out, and its reason is among the limits: the others are worth having.
 */
export async function* readMachine(
  place: Place,
  at: Parameters<typeof instantOf>[0],
  serviceOf: ServiceOf,
): AsyncGenerator<Seen> {
  const { platform } = place;
  const instant = instantOf(at);
  const network = (part: Parameters<typeof readNetwork>[1]) => async (): Promise<Seen> => {
    const { limits, ...found } = await readNetwork(platform, part);
    return { sections: [found], limits };
  };
  yield await partOf('the host', network('host'));
  yield await partOf('interfaces', async () => {
    const { rows, limits } = await openInterfaceSampler(place, { rates: false }).look(instant);
    return { sections: [section(iface, rows)], limits };
  });
  yield await partOf('routes', network('routes'));
  yield await partOf('DNS servers', network('dns'));
  yield await partOf('neighbours', network('neighbors'));
  yield await partOf('counters', async () => {
    const { rows, limits } = await platform.readCounters();
    return { sections: [section(counter, rows)], limits };
  });
  yield await partOf('sockets', async () => {
    const sampler = await openConnectionSampler(place, {
      ...PLAIN_CONNECTIONS,
      serviceOf,
      communityIds: true,
      repeats: false,
    });
    try {
      const { rows, limits } = await sampler.look(instant);
      const all = [...rows()];
      return {
        sections: [
          section(SNAPSHOT_PARTS.listeners.of, all.filter(isListener)),
          section(
            conn,
            all.filter((row) => !isListener(row)),
          ),
        ],
        limits,
      };
    } finally {
      await sampler.close(() => {});
    }
  });
}

/** The part, or why there is none. */
async function partOf(what: string, read: () => Promise<Seen>): Promise<Seen> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { sections: [], limits: [{ what, why: error.message, remedy: error.hint }] };
  }
}
