import { EXIT } from '../../core/failure.ts';
import type { Context } from '../context/context.ts';
import { Interrupted } from '../context/interrupted.ts';
import type { Options } from '../options/option.ts';
import type { ListingValues } from '../options/shared-options.ts';
import type { ListingCommand } from './command.ts';
import { planListing } from './listing-plan.ts';
import { printRecords } from './print-records.ts';
import { interruptIsStatus } from './run.ts';
import { refuseUnredacted } from './unredacted-options.ts';

/**
 * Runs a listing command in the way that its options ask for. Returns the exit status; throws Failure for everything
 * that ends with another status.
 */
export async function runListing(
  command: ListingCommand,
  context: Context,
  values: ListingValues<Options>,
  operands: readonly string[],
): Promise<number> {
  const plan = planListing(command, values, context.terminal.stdoutIsTerminal, context.clock.now);
  refuseUnredacted(command, values);
  const { run } = plan;
  const interruptStatus = (): number | null =>
    context.signal.aborted && interruptIsStatus(run) ? 128 + (context.signalNumber() ?? 2) : null;
  switch (run.kind) {
    case 'deed': {
      const status = await unlessBeforeAll(run.perform(context, values, operands));
      return status === EXIT.ok ? (interruptStatus() ?? status) : status;
    }
    case 'snapshots':
    case 'parts':
    case 'batches':
      return printRecords(command, context, values, operands, { ...plan, run }, interruptStatus);
  }
}

/** The status; 0 for a run that was interrupted before it began. */
async function unlessBeforeAll(deed: Promise<number>): Promise<number> {
  try {
    return await deed;
  } catch (error) {
    if (error instanceof Interrupted) return EXIT.ok;
    throw error;
  }
}
