import { widthOf, wrap } from '../../../core/output/text-width.ts';
import type { Entry } from '../../../core/screen/arrangement.ts';
import { cell, exactly, line, piece, rule } from '../../../core/screen/cells.ts';
import { barLength, GAP, type PlacedColumn } from '../../../core/screen/columns.ts';
import { selectedIndex, topFor } from '../../../core/screen/selection.ts';
import { paint, type Role, type Theme } from '../../../core/screen/theme.ts';
import { arrange, listState } from '../model/arranged.ts';
import { MARGIN, placedColumns } from '../model/list-columns.ts';
import type { ListSpec } from '../model/list-spec.ts';
import type { Model } from '../model/model.ts';
import { whyEmpty } from '../model/why-empty.ts';
import { fill } from '../texts/fill.ts';

/** The headings of a list and the rows that are shown: `height` lines of `width` columns. Only these are built. */
export function listView(
  model: Model,
  list: ListSpec,
  width: number,
  height: number,
  hasFocus: boolean,
): readonly string[] {
  const { theme, texts } = model.settings;
  const state = listState(model, list);
  const arranged = arrange(model, list);
  const columns = placedColumns(model, list, width);
  const head = headings(model, list, columns, width);
  const rows = Math.max(0, height - 1);
  if (arranged.entries.length === 0) {
    const none = list.whyNone?.(model) ?? whyEmpty(model);
    const text = state.filter === null ? none : fill(texts.noMatch, { filter: state.filter.text });
    const lines = wrap(text, Math.max(1, width - 2)).map((part) => line(theme, [piece(` ${part}`, 'faint')], width));
    return exactly([head, ...lines], width, height);
  }
  const selected = selectedIndex(state.selection, arranged);
  const top = topFor(state.selection.top, selected, arranged.entries.length, rows);
  const lines = arranged.entries
    .slice(top, top + rows)
    .map((entry, index) =>
      rowLine(
        model,
        list,
        columns,
        entry,
        width,
        top + index === selected ? (hasFocus ? 'selected' : 'unfocused') : null,
      ),
    );
  return exactly([head, ...lines], width, height);
}

function headings(model: Model, list: ListSpec, columns: readonly PlacedColumn[], width: number): string {
  const { theme } = model.settings;
  const { sort, column: chosen } = listState(model, list);
  const [first] = sort === null ? list.usualSort : [sort];
  let out = '';
  let used = MARGIN;
  for (const [index, { column, width: own }] of columns.entries()) {
    const isSorted = column.field === first?.field && !column.isBar;
    const mark = isSorted ? theme.glyphs.sorted[first!.descending ? 1 : 0] : '';
    // a name that needs all of its room has the mark before it, between the columns
    const isBefore = mark !== '' && column.heading.length >= own;
    const text = cell(isBefore ? column.heading : mark + column.heading, own, column.align, theme.glyphs.ellipsis);
    const role = column.field === chosen ? 'selected' : isSorted ? 'title' : 'heading';
    const gap = ' '.repeat((index === 0 ? MARGIN : GAP) - (isBefore ? 1 : 0));
    out += gap + (isBefore ? paint(theme, 'title', mark) : '') + paint(theme, role, text);
    used += (index === 0 ? 0 : GAP) + own;
  }
  return out + ' '.repeat(Math.max(0, width - used));
}

function rowLine(
  model: Model,
  list: ListSpec,
  columns: readonly PlacedColumn[],
  entry: Entry,
  width: number,
  over: Role | null,
): string {
  const { theme } = model.settings;
  const whole = over ?? list.roleOf(entry.row, model);
  const { grouping } = listState(model, list);
  const mark = entry.size === null && (list.isNew?.(entry.row, model) ?? false);
  const fold = entry.isFolded ? theme.glyphs.folded : theme.glyphs.unfolded;
  let out = mark ? paint(theme, whole === null ? 'mark' : null, theme.glyphs.star) : entry.size === null ? ' ' : fold;
  let used = 1;
  for (const [index, { column, width: own }] of columns.entries()) {
    const text = column.isBar
      ? cell(theme.glyphs.bar.repeat(barLength(entry.row[column.field], own)), own)
      : cell(
          cellText(column, entry, index === 0 ? own : null, grouping, theme),
          own,
          column.align,
          theme.glyphs.ellipsis,
        );
    out += index === 0 ? '' : ' '.repeat(GAP);
    out +=
      whole === null ? paint(theme, column.isBar ? 'received' : cellRole(entry, column.role(entry.row)), text) : text;
    used += (index === 0 ? 0 : GAP) + own;
  }
  out += ' '.repeat(Math.max(0, width - used));
  return whole === null ? out : paint(theme, whole, out);
}

/**
 * A group has its size behind its name, which is cut for it, and nothing where its rows have no total. Where it is not the
 * first field that its rows share, the size stands alone.
 */
function cellText(
  { write, field }: PlacedColumn['column'],
  { row, size }: Entry,
  widthOfFirst: number | null,
  grouping: string | null,
  theme: Theme,
): string {
  if (size === null) return write(row);
  const isName = field === grouping;
  if (widthOfFirst === null) return row[field] === null && !isName ? '' : write(row);
  if (!isName && row[field] === null) return `(${size})`;
  const count = ` (${size})`;
  const name = write(row);
  const room = Math.max(1, widthOfFirst - count.length);
  return (widthOf(name) > room ? cell(name, room, 'left', theme.glyphs.ellipsis) : name) + count;
}

const cellRole = (entry: Entry, role: Role | null): Role | null => (entry.size === null ? role : (role ?? 'strong'));

/** The line over a panel: its name, and how many of how many rows it shows. */
export const listTitle = (model: Model, list: ListSpec, width: number, hasFocus: boolean): string =>
  sectionTitle(model, model.settings.texts[list.title], ` ${countText(model, list)}`, width, hasFocus);

/** How many rows pass of how many; where there were more than are kept, of those that are kept, and that there were. */
export function countText(model: Model, list: ListSpec, isShort = false): string {
  const { texts, numerals } = model.settings;
  const arranged = arrange(model, list);
  const seen = list.seen?.(model) ?? 0;
  const isMore = seen > arranged.total;
  const kept = numerals(arranged.total, 0);
  const total = isMore ? `${kept}+` : kept;
  if (arranged.matched !== arranged.total)
    return fill(texts.ofTotal, { matched: numerals(arranged.matched, 0), total });
  return isMore && !isShort ? fill(texts.lastOf, { count: kept, total: numerals(seen, 0) }) : total;
}

/** The line over a panel that is no list. */
export function sectionTitle(model: Model, title: string, rest: string, width: number, hasFocus: boolean): string {
  return rule(model.settings.theme, [piece(title, hasFocus ? 'title' : 'heading'), piece(rest)], width);
}
