import type { Gap } from '../../core/gap.ts';
import type { Renderer } from '../../core/output/renderer.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import { section } from '../../core/record/table.ts';
import { type GapRow, gap } from '../../core/record/tables/meta.ts';
import type { Context } from '../context/context.ts';
import type { Tick } from './ticks.ts';

/** In place of a reason, which may name an interface or a file, where records are redacted. */
export const NOT_TOLD = 'not told, because of --redact';

/** The gap for records that should have been sorted but did not fit. */
export function leftOut(type: string, rows: number): Gap {
  return {
    what: `${type} record`,
    iface: null,
    dropped: rows,
    fate: 'left out',
    reason: 'sorting all of them would take too much memory; use --limit or --filter to sort fewer',
  };
}

/** The gap for snapshots that were not taken. */
export function tooSlow(snapshots: number): Gap {
  return {
    what: 'snapshot',
    iface: null,
    dropped: snapshots,
    reason: 'the reader, or this machine, was slower than the interval',
  };
}

/** Reports that something is missing: as a record where records of another type may stand, otherwise on stderr. */
export async function reportGap(context: Context, renderer: Renderer, missing: Gap): Promise<void> {
  const { what, iface, dropped, reason, fate } = missing;
  if ((fate !== undefined || !renderer.mixesTypes) && dropped !== null && !renderer.ownsTerminal)
    context.say(`${formatNumberOf(dropped, what)} ${fate ?? 'dropped'}: ${reason}`);
  if (!renderer.mixesTypes) return;
  const told = fate === undefined ? reason : `${what}s ${fate}: ${reason}`;
  const row: GapRow = { time: new Date(context.clock.now()).toISOString(), dropped, reason: told, iface };
  await renderer.write({ ...section(gap, [row]), fields: Object.keys(gap.fields) });
}

/** Passes ticks on and remembers how many were missed before the last one. */
export function watchTicks(source: AsyncIterable<Tick>): { readonly ticks: AsyncIterable<Tick>; missed(): number } {
  let missed = 0;
  async function* watched(): AsyncGenerator<Tick> {
    for await (const tick of source) {
      missed = tick.missed;
      yield tick;
    }
  }
  return { ticks: watched(), missed: () => missed };
}
