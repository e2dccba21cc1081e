import { usageError } from '../../core/failure.ts';
import { RECORD_FORMATS, type RecordFormat } from '../../core/output/format.ts';
import type { Context } from '../context/context.ts';
import { type Command, type ListingCommand, type ListingValues, listing } from '../listing/command.ts';
import type { Run } from '../listing/run.ts';
import { recordFormatOf } from '../listing/written-format.ts';
import type { Options, Values } from '../options/option.ts';
import { recordFileOptions } from './record-file-options.ts';

/** What an export says of itself, and which options of the command it has. */
interface Told extends Pick<ListingCommand, 'name' | 'about' | 'details' | 'examples' | 'options'> {
  /** The options of the command that are not its own, as this export needs them. */
  readonly given: Readonly<Record<string, unknown>>;
}

/** An export of records that another command prints: its run, its samplers, its options, and a file besides. */
export function recordExport(of: ListingCommand, { given, options, ...told }: Told): Command {
  const absent = Object.fromEntries(Object.entries(of.options).map(([name, option]) => [name, option.absent]));
  /** The values as the command itself would have them. */
  const own = (values: ListingValues<Options>): ListingValues<Options> => ({
    ...absent,
    ...values,
    write: null,
    ...given,
  });
  return listing({
    ...of,
    ...told,
    options: { ...options, ...recordFileOptions },
    watches: (values) => of.watches(own(values)),
    firstTickIsStart: (values) => of.firstTickIsStart(own(values)),
    resolves: (values) => of.resolves(own(values)),
    refusesRoot: of.refusesRoot === null ? null : (values) => of.refusesRoot!(own(values)),
    claim: (values) => of.claim(own(values)),
    isSeries: (values, repeating) => of.isSeries(own(values), repeating),
    formats: of.formats
      .filter(({ name }) => name === 'table' || name === 'vertical' || isRecordFormat(name))
      .map((format) => ({ ...format, open: (output) => format.open({ ...output, values: own(output.values) }) })),
    usualFormat: () => null,
    tableOf: (values) => of.tableOf(own(values)),
    runOf: (values) => recordFileRun(of, values, own(values)) ?? of.runOf(own(values)),
    run: (context, values, operands, request) => of.run(context, own(values), operands, request),
  });
}

/** The run of a command that writes its records to the file of --write; null where they go to stdout. `own` are its own options. */
export function recordFileRun(
  of: ListingCommand,
  { write, force }: Values<typeof recordFileOptions>,
  own: ListingValues<Options>,
): Run | null {
  if (write === null || write === '-') return null;
  return {
    kind: 'deed',
    interruptIsStatus: true,
    perform: (context, _values, operands) => writeTo(write, of, context, own, operands, force),
  };
}

async function writeTo(
  name: string,
  of: ListingCommand,
  context: Context,
  values: ListingValues<Options>,
  operands: readonly string[],
  force: boolean,
): Promise<number> {
  const format = writtenFormatOf(values, name);
  const { writeRecords } = await import('./write-records.ts');
  return writeRecords(of, context, values, operands, { name, force, format });
}

/** The format of a file of records: that of --output, or else of its name. Throws Failure 64 where neither says. */
function writtenFormatOf(values: ListingValues<Options>, name: string): RecordFormat {
  const format = recordFormatOf({ ...values, as: null }, name);
  if (format !== null) return format;
  throw usageError(`--write "${name}" says no format of records`, {
    hint: 'a name that ends in .ndjson, .json, .tsv, .csv or .parquet, or --output with one of them',
  });
}

const isRecordFormat = (name: string | null): boolean => RECORD_FORMATS.some((format) => format === name);
