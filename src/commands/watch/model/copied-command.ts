import { shellWord } from '../../../core/output/shell-word.ts';
import { visibleFields } from '../../../core/record/select-fields.ts';
import type { SortKey } from '../../../core/record/sort.ts';
import { arrange, listState } from './arranged.ts';
import type { ListSpec, PrintedTotals } from './list-spec.ts';
import type { Model } from './model.ts';
import { sortOf } from './sorting.ts';

/**
 * The netwatch command that prints the rows of a list as they are filtered, sorted and shown, as a shell reads it. Where all
 * groups are folded it prints their totals, unless a filter leaves rows out: the command cannot do both.
 */
export function commandOf(model: Model, list: ListSpec): string {
  const { hidden, filter } = listState(model, list);
  const all = list.fields(model);
  const fields = all.filter((field) => !hidden.has(field));
  const sort = sortOf(model, list);
  const totals = filter === null ? shownTotals(model, list) : null;
  if (totals !== null) return wordsOfTotals(model, list, totals, fields, sort).map(shellWord).join(' ');
  const used = new Set([...fields, ...sort.map(({ field }) => field), ...(filter?.predicate.fields ?? [])]);
  const words = startOf(model, list.command(model, used));
  if (fields.join() !== visibleFields(list.table, false).join()) words.push('--fields', fields.join(','));
  const condition = bothOf(list.onlyRows?.(model) ?? null, filter?.text ?? null);
  if (condition !== null) words.push('--filter', condition);
  words.push(...sortWords(sort));
  return words.map(shellWord).join(' ');
}

/** What captures needs the privilege that the screen had. */
const startOf = ({ replay }: Model, [command, ...words]: readonly string[]): string[] => [
  ...(replay === null && (command === 'stats' || words.includes('--packets')) ? ['sudo'] : []),
  'netwatch',
  command!,
  ...words,
];

/** Whether the command prints totals that are less than those that are shown. */
export function printsLess(model: Model, list: ListSpec): boolean {
  const { filter, grouping } = listState(model, list);
  if (filter !== null || grouping === null || shownTotals(model, list) === null) return false;
  const { countsMore } = list.groupings[grouping]!;
  return countsMore !== undefined && arrange(model, list).entries.some(({ row }) => countsMore(row, model));
}

const sortWords = (sort: readonly SortKey[]): readonly string[] =>
  sort.length === 0
    ? []
    : ['--sort', sort.map(({ field, descending }) => `${field}:${descending ? 'desc' : 'asc'}`).join(',')];

/** What prints the totals of groups that are all folded; null where rows are shown, or no command prints them. */
function shownTotals(model: Model, list: ListSpec): PrintedTotals | null {
  const { grouping } = listState(model, list);
  const printed = grouping === null ? undefined : list.groupings[grouping]?.printed;
  if (printed === undefined) return null;
  const { entries } = arrange(model, list);
  return entries.length > 0 && entries.every(({ size }) => size !== null) ? printed : null;
}

function wordsOfTotals(
  model: Model,
  list: ListSpec,
  { words, names, size }: PrintedTotals,
  shown: readonly string[],
  sort: readonly SortKey[],
): readonly string[] {
  const fields = shown.filter((field) => Object.hasOwn(names, field));
  const [key, ...others] = fields.map((field) => names[field]!);
  const sorted = sort.flatMap(({ field, descending }) =>
    Object.hasOwn(names, field) ? [{ field: names[field]!, descending }] : [],
  );
  return [
    ...startOf(model, [...list.command(model, new Set(fields)), ...words]),
    ...['--fields', [...(key === undefined ? [] : [key]), size, ...others].join(',')],
    ...sortWords(key === undefined ? sorted : [...sorted, { field: key, descending: false }]),
  ];
}

function bothOf(a: string | null, b: string | null): string | null {
  return a === null || b === null ? (a ?? b) : `(${a}) and (${b})`;
}
