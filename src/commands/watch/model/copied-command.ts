import { shellWord } from '../../../core/output/shell-word.ts';
import { visibleFields } from '../../../core/record/select-fields.ts';
import { listState } from './arranged.ts';
import type { ListSpec } from './list-spec.ts';
import type { Model } from './model.ts';
import { sortOf } from './sorting.ts';

/** The netwatch command that prints the rows of a list as they are filtered, sorted and shown, as a shell reads it. */
export function commandOf(model: Model, list: ListSpec): string {
  const { hidden, filter } = listState(model, list);
  const all = list.fields(model);
  const fields = all.filter((field) => !hidden.has(field));
  const sort = sortOf(model, list);
  const used = new Set([...fields, ...sort.map(({ field }) => field), ...(filter?.predicate.fields ?? [])]);
  const words = ['netwatch', ...list.command(model, used)];
  if (fields.join() !== visibleFields(list.table, false).join()) words.push('--fields', fields.join(','));
  const condition = bothOf(list.onlyRows ?? null, filter?.text ?? null);
  if (condition !== null) words.push('--filter', condition);
  if (sort.length > 0)
    words.push('--sort', sort.map(({ field, descending }) => `${field}:${descending ? 'desc' : 'asc'}`).join(','));
  return words.map(shellWord).join(' ');
}

function bothOf(a: string | null, b: string | null): string | null {
  return a === null || b === null ? (a ?? b) : `(${a}) and (${b})`;
}
