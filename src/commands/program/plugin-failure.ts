import { messageOf } from '../../core/failure.ts';
import { PLUGIN_STATUSES, pluginFailure } from '../../core/health/reports/plugin-report.ts';
import type { Context } from '../context/context.ts';
import { errorLines } from './error-report.ts';

/** Whether a command line asks for monitoring plugin output, whatever else is wrong with it. */
export function asksPlugin(argv: readonly string[]): boolean {
  return (
    argv.includes('probe') &&
    argv.some((word, index) =>
      /^(?:--output|-[a-z]*o)$/.test(word)
        ? argv[index + 1] === 'nagios'
        : /^(?:--output=|-[a-z]*o=?)nagios$/.test(word),
    )
  );
}

/** Prints what went wrong, as a plugin does: on stdout, with the status UNKNOWN, which is also the exit status. */
export async function reportPluginFailure(context: Context, error: unknown): Promise<number> {
  for (const line of errorLines(error, false)) context.warn(line);
  await context.stdout.write(pluginFailure(messageOf(error)));
  await context.stdout.flush();
  return PLUGIN_STATUSES.indexOf('UNKNOWN');
}
