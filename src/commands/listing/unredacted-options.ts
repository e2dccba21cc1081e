import { usageError } from '../../core/failure.ts';
import type { Options } from '../options/option.ts';
import type { ListingValues } from '../options/shared-options.ts';
import type { ListingCommand } from './command.ts';

/** Throws Failure 64 for an option whose output --redact does not reach. */
export function refuseUnredacted({ unredacted }: ListingCommand, values: ListingValues<Options>): void {
  if ((values.redact ?? null) === null) return;
  for (const [name, why] of Object.entries({ resolve: RESOLVE, ...unredacted })) {
    if (![null, undefined, false].includes(values[name] as null))
      throw usageError(`--${name} cannot be used with --redact: ${why}`);
  }
}

const RESOLVE = 'it looks up who an address belongs to, and --redact takes that out';
