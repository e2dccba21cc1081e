import { usageError } from '../../core/failure.ts';
import type { RecordTable } from '../../core/record/table.ts';
import type { Options } from '../options/option.ts';
import type { ListingValues } from '../options/shared-options.ts';
import type { Format } from './format.ts';

/** Options that choose among records. */
const CHOOSING = ['fields', 'sort', 'limit', 'no-header'] as const;
/** Options that ask for several snapshots. */
const REPEATING = ['interval', 'count', 'duration'] as const;

/** Throws Failure 64 for what a format cannot do: records of another type, several snapshots, options. */
export function refuseUnfit(
  format: Format,
  table: RecordTable,
  values: ListingValues<Options>,
  repeating: boolean,
): void {
  const { name, tables, excludes } = format;
  const isGiven = (option: string): boolean => ![null, undefined, false].includes(values[option] as null);
  if (tables !== null && !tables.includes(table))
    throw usageError(`-o ${name} prints ${tables.map(({ type }) => type).join(', ')} records, not ${table.type}`);
  const choosing = format.choosesFields ? undefined : CHOOSING.find(isGiven);
  if (choosing !== undefined) throw usageError(`--${choosing} cannot be used with -o ${name}`);
  for (const [option, instead] of Object.entries(excludes))
    if (isGiven(option)) throw usageError(`--${option} cannot be used with -o ${name}`, { hint: instead });
  if (repeating && !format.repeats) {
    const option = REPEATING.find(isGiven) ?? 'interval';
    throw usageError(`-o ${name} prints one snapshot: --${option} cannot be used with it`, {
      hint: 'run netwatch again for each snapshot',
    });
  }
}
