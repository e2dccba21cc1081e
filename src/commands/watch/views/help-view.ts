import { wrap } from '../../../core/output/text-width.ts';
import { cell, line, type Piece, piece, rule } from '../../../core/screen/cells.ts';
import type { Binding } from '../model/binding.ts';
import { type KeyTable, tabOf } from '../model/key-table.ts';
import type { Model } from '../model/model.ts';
import { fill } from '../texts/fill.ts';

const KEY_COLUMNS = 14;

/** All keys of the tab, of lists and of every tab, from the key table; then what cannot be seen, and what grants it. */
export function helpLines(table: KeyTable, model: Model): readonly string[] {
  const { theme, texts } = model.settings;
  const { width } = model;
  const tab = tabOf(table, model);
  const lines: string[] = [];
  const add = (pieces: readonly Piece[]): number => lines.push(line(theme, pieces, width));
  const addKeys = (bindings: readonly Binding[]): void => {
    for (const { shown, help } of bindings) {
      if (shown === '') continue;
      for (const [index, part] of wrap(texts[help], width - KEY_COLUMNS - 2).entries())
        add([piece(` ${cell(index === 0 ? shown : '', KEY_COLUMNS)}`, 'key'), piece(part)]);
    }
  };
  const own = [...(tab.modeKeys?.(model) ?? []), ...tab.keys];
  if (own.length > 0) {
    addKeys(own);
    lines.push(rule(theme, [], width));
  }
  addKeys(table.everywhere);
  if (tab.lists.length > 0) addKeys(table.lists);
  const { error, warn, note, star } = theme.glyphs;
  add([piece(` ${fill(texts.helpLegend, { error, warn, note, star })}`, 'faint')]);
  if (tab.lists.some(({ table: { type } }) => type === 'conn')) add([piece(` ${texts.helpDim}`, 'faint')]);
  if (model.machine.limits.length > 0) {
    lines.push(rule(theme, [piece(texts.helpLimits, 'title')], width));
    for (const { what, why, remedy } of model.machine.limits) {
      for (const part of wrap(`${what}: ${why}`, width - 2)) add([piece(` ${part}`, 'notice')]);
      // whole, however long: it is to be typed
      const grant = remedy === null ? [] : wrap(fill(texts.helpGrant, { command: remedy }), width - 4);
      for (const part of grant) add([piece(`   ${part}`)]);
    }
  }
  return lines;
}
