import { wrap } from '../../../core/output/text-width.ts';
import { cell, line, type Piece, piece, rule } from '../../../core/screen/cells.ts';
import { wrapPieces } from '../../../core/screen/wrapped-pieces.ts';
import type { Binding } from '../model/binding.ts';
import { type KeyTable, tabOf } from '../model/key-table.ts';
import type { Model } from '../model/model.ts';
import type { TextName } from '../texts/en.ts';
import { fill } from '../texts/fill.ts';

const MARGIN = 1;
const KEY_COLUMNS = 14;
const EXAMPLE_COLUMNS = 34;

/** Filters as they are written, what they mean, and whether they are for packets alone, or for other lists alone. */
const FILTERS: readonly (readonly [example: string, about: TextName, isForPackets: boolean | null])[] = [
  ['tcp   dns   tls   http   arp', 'helpFilterProtocol', true],
  ['tcp   udp', 'helpFilterProtocol', false],
  ['10.0.0.1   ip.src == 10.0.0.0/8', 'helpFilterAddress', null],
  ['port 443', 'helpFilterPort', null],
  ['stream 7', 'helpFilterStream', true],
  ['google   contains "hello"', 'helpFilterText', null],
  ['http.response.code >= 500', 'helpFilterField', true],
  ['rtt_ms > 100   state == LISTEN', 'helpFilterField', false],
  ['not arp and (port 53 or icmp)', 'helpFilterWords', true],
  ['not udp and (port 53 or port 443)', 'helpFilterWords', false],
  ['', 'helpFilterMore', null],
];

/** All keys of the tab, of lists and of every tab, from the key table; then what cannot be seen, and what grants it. */
export function helpLines(table: KeyTable, model: Model): readonly string[] {
  const { theme, texts } = model.settings;
  const { width } = model;
  const tab = tabOf(table, model);
  const lines: string[] = [];
  const add = (pieces: readonly Piece[]): void => {
    for (const part of wrapPieces(pieces, width, MARGIN)) lines.push(line(theme, part, width));
  };
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
  const { error, warn, note, star, bar, dense, light } = theme.glyphs;
  const isOfPackets = tab.name === 'packets';
  const marked = isOfPackets ? texts.helpStarBookmark : texts.helpStarAddress;
  add([piece(` ${fill(texts.helpLegend, { error, warn, note, star, marked })}`, 'faint')]);
  if (isOfPackets)
    add([
      piece(` ${texts.helpColors}`, 'bad'),
      piece(`   ${texts.helpColorsNotice}`, 'notice'),
      piece(`   ${texts.helpColorsBusy}`, 'busy'),
    ]);
  if (tab.lists.some(({ table: { type } }) => type === 'conn')) add([piece(` ${texts.helpDim}`, 'faint')]);
  if (tab.name === 'timeline') add([piece(` ${fill(texts.helpBars, { bar, light, dense })}`, 'faint')]);
  if (isOfPackets || tab.lists.length > 0) {
    lines.push(rule(theme, [piece(texts.helpFilters, 'title')], width));
    for (const [example, about, isForPackets] of FILTERS)
      if (isForPackets === null || isForPackets === isOfPackets)
        for (const [index, part] of wrap(texts[about], width - EXAMPLE_COLUMNS - 2).entries())
          add([piece(` ${cell(index === 0 ? example : '', EXAMPLE_COLUMNS)}`, 'key'), piece(part)]);
  }
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
