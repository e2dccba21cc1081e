import { chooseColorLevel, openPalette } from '../../core/output/palette.ts';
import type { Renderer } from '../../core/output/renderer.ts';
import type { TableRendererOptions } from '../../core/output/table-renderer.ts';
import { hiddenColumns, loadTableLayout } from '../../core/output/text-table.ts';
import { formatNumberOf, numeralsOf, plainNumerals } from '../../core/output/units.ts';
import type { Context } from '../context/context.ts';
import type { Options } from '../options/option.ts';
import type { ListingValues } from '../options/shared-options.ts';
import type { ListingPlan } from './listing-plan.ts';

/** Opens what prints the records of a run. */
export async function openOutput(
  context: Context,
  plan: ListingPlan,
  values: ListingValues<Options>,
): Promise<Renderer> {
  const { terminal, env } = context;
  const numerals = values.lang === null ? plainNumerals : numeralsOf(values.lang);
  const tableOptions = async (): Promise<TableRendererOptions> => {
    const palette = await openPalette(chooseColorLevel(values.color ?? 'auto', env, terminal.stdoutIsTerminal));
    // loaded while it can be: the command may give up what reading the files of this program takes
    if (context.isPrivileged()) await loadTableLayout();
    return {
      header: plan.header,
      numerals,
      palette,
      terminalColumns: () => (terminal.stdoutIsTerminal ? terminal.columns() : null),
      onHidden: (fields) => context.say(hiddenColumns(fields)),
      onLeft: ({ type }, rows) =>
        context.warn(
          `${formatNumberOf(rows, `${type} record`)} left out of the table, which would take too much memory; -o ndjson prints all`,
        ),
    };
  };
  return plan.format.open({
    context,
    values,
    table: plan.table,
    fields: plan.fields,
    header: plan.header,
    numerals,
    redraws: plan.repeating && plan.wait === null && terminal.stdoutIsTerminal,
    tableOptions,
  });
}
