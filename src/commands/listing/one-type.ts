import { usageError } from '../../core/failure.ts';
import { FORMAT_TRAITS } from '../../core/output/format.ts';
import { askedFormat, type FormatValues } from './listing-plan.ts';

/** Throws Failure 64 where a format that holds records of one type is to hold those of several; `first` is tried before other formats. */
export function refuseSeveralTypes(values: FormatValues, names: readonly string[], first = ''): void {
  const format = askedFormat(values);
  const one = format === null ? null : FORMAT_TRAITS[format].hasOne;
  if (one === null) return;
  throw usageError(`-o ${format} has one ${one}: it cannot print ${names.join(' and ')} together`, {
    hint: `${first}-o ndjson, or -o tsv, which parts record types by an empty line`,
  });
}
