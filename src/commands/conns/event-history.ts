import { usageError } from '../../core/failure.ts';
import { compileFilter } from '../../core/filter/bind.ts';
import type { Now } from '../../core/filter/instant.ts';
import type { AnyRow } from '../../core/record/table.ts';
import { connEvent } from '../../core/record/tables/conn-event.ts';
import type { ListingValues } from '../listing/command.ts';
import { HISTORY_BYTES } from '../options/shared-options.ts';
import type { connOptions } from './conn-options.ts';

/** A history of events: where it is, how large it grows, and which events belong to it. */
export interface EventHistory {
  readonly file: string;
  readonly mostBytes: number;
  readonly keeps: (row: AnyRow) => boolean;
}

/** What --append asks for; null without it. Throws Failure 64 where it does not fit, and for a wrong filter. */
export function historyOf(values: ListingValues<typeof connOptions>, now: Now): EventHistory | null {
  const { append: file, 'append-max': most, events, packets, filter } = values;
  if (file === null) {
    if (most !== null) throw usageError('--append-max needs --append');
    return null;
  }
  if (!events) throw usageError('--append keeps a history of events: it needs --events');
  // with packets this process gives up its privileges, and may then not be permitted to write to the file
  if (packets) throw usageError('--append cannot be used with --packets');
  const compiled = filter === null ? null : compileFilter(filter, connEvent, now);
  return {
    file,
    mostBytes: most ?? HISTORY_BYTES.conns,
    keeps: (row) => compiled === null || compiled.matches(row),
  };
}
