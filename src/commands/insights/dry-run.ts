import type { Context } from '../context/context.ts';
import type { ListingCommand, Request } from '../listing/command.ts';
import { ticks } from '../listing/ticks.ts';
import type { Options } from '../options/option.ts';

/** Runs a command of which only what it prints by itself is of interest: its records go nowhere. */
export async function printNoRecords<O extends Options>(
  context: Context,
  run: (request: Request) => ReturnType<ListingCommand<O>['run']>,
): Promise<number> {
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  const request: Request = {
    ticks: ticks(context.clock, { interval: null, count: null, duration: null }, signal),
    endTicks: () => over.abort(),
    asked: new Set(),
    wanted: new Set(),
    repeating: false,
    sayLimits: () => {},
    reportGap: async () => {},
    showNow: async () => {},
  };
  for await (const _ of run(request));
  return 0;
}
