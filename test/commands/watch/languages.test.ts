import { expect, test } from 'vitest';
import { globalKeys } from '../../../src/commands/watch/model/global-keys.ts';
import { LIST_KEYS } from '../../../src/commands/watch/model/list-keys.ts';
import { TABS } from '../../../src/commands/watch/tabs/all-tabs.ts';
import { en, type TextName } from '../../../src/commands/watch/texts/en.ts';
import { charactersOf, LANGUAGES, languageOf } from '../../../src/commands/watch/texts/language.ts';
import { zh } from '../../../src/commands/watch/texts/zh.ts';
import { frameView } from '../../../src/commands/watch/views/frame-view.ts';
import { widthOf } from '../../../src/core/output/text-width.ts';
import { plainNumerals } from '../../../src/core/output/units.ts';
import type { AnyRow } from '../../../src/core/record/table.ts';
import { withCharacters } from '../../../src/core/screen/characters.ts';
import { MACHINE, SIZES, sceneOf, withoutColors } from '../../support/screen-scene.ts';

const KEY_TABLE = { tabs: TABS, lists: LIST_KEYS, everywhere: globalKeys(TABS) };
const NAMES = Object.keys(en) as TextName[];
const placeholders = (text: string): readonly string[] => (text.match(/\{\w+\}/g) ?? []).sort();

test.each(Object.entries(LANGUAGES))('%s fills the same places, and says something everywhere', (_name, texts) => {
  expect(Object.keys(texts)).toEqual(NAMES);
  for (const name of NAMES) expect([name, placeholders(texts[name])]).toEqual([name, placeholders(en[name])]);
  expect(NAMES.filter((name) => texts[name].trim() !== texts[name] || texts[name] === '')).toEqual([]);
});

const popupsOf = (row: AnyRow | undefined) => [
  null,
  { kind: 'help', top: 0 } as const,
  ...(row === undefined ? [] : [{ kind: 'details', top: 0, pinned: { id: '', row, isGone: true } } as const]),
];
const CASES = Object.keys(LANGUAGES).flatMap((language) => SIZES.map((size) => [language, size] as const));

test.each(CASES)('every line of every tab is as wide as the terminal: %s %s', (language, size) => {
  const spoken = languageOf(language, {}, 'all');
  for (const { name, lists } of TABS)
    for (const focus of lists.keys())
      for (const popup of popupsOf(lists[focus]!.rows(sceneOf(size, name, spoken))[0]))
        for (const machine of [MACHINE, { ...MACHINE, at: null, conns: [], health: new Map(), insights: [] }])
          for (const dense of [false, true]) {
            const settings = { ...spoken, dense, names: dense, places: dense, probes: !dense };
            const model = sceneOf(size, name, settings, { popup, focus: { [name]: focus }, machine });
            const lines = frameView(KEY_TABLE, model).map(withoutColors);
            expect(lines).toHaveLength(size[1]);
            const wrong = lines.filter((line) => widthOf(line) !== size[0]);
            expect([language, name, popup?.kind, wrong]).toEqual([language, name, popup?.kind, []]);
          }
});

test('tabs are named in the language, and clicked where they stand', () => {
  const model = sceneOf([120, 40], 'connections', languageOf('zh-CN', {}, 'all'));
  const [tabs, title] = frameView(KEY_TABLE, model).map(withoutColors);
  expect(tabs).toMatch(/^ 1 概览 {2}2 连接 {2}3 接口 /);
  expect(title).toMatch(/^ 连接 3 {2}↓2.47 kB\/s/);
});

test('a typed line of wide characters keeps its cursor in sight', () => {
  const text = '名'.repeat(60);
  const prompt = {
    ...({
      purpose: 'list filter',
      mark: '/',
      before: null,
      offered: null,
      recalled: null,
      holds: '',
      stays: '',
    } as const),
    ...{ text, cursor: text.length, error: { message: 'no', column: text.length } },
  };
  const lines = frameView(KEY_TABLE, sceneOf([80, 24], 'connections', {}, { prompt })).map(withoutColors);
  expect(lines.map(widthOf)).toEqual(Array.from({ length: 24 }, () => 80));
  expect(lines[22]).toMatch(/^ \/ (名)+ +3 of 3 $/);
  expect(lines[23]).toMatch(/^ {69}\^ no +$/);
});

test.each([
  [null, { LANG: 'de_DE.UTF-8' }, 'Übersicht', '1.234,5'],
  [null, { LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_CN.UTF-8' }, '概览', '1,234.5'],
  [null, { LC_ALL: 'C', LANG: 'de_DE.UTF-8' }, 'Dashboard', '1234.5'],
  [null, { LC_ALL: '', LANG: 'POSIX' }, 'Dashboard', '1234.5'],
  [null, { LANG: 'C.UTF-8' }, 'Dashboard', '1234.5'],
  [null, { LANG: 'fr_FR.UTF-8' }, 'Dashboard', '1234.5'],
  [null, { LANG: '../../etc/passwd' }, 'Dashboard', '1234.5'],
  [null, { LANG: 'de_DE@euro' }, 'Dashboard', '1234.5'],
  [null, { LANG: 'zh_CN.UTF-8', TERM: 'linux' }, 'Dashboard', '1234.5'],
  [null, { LANG: 'de_AT.UTF-8', TERM: 'linux' }, 'Übersicht', '1\u00a0234,5'],
  [null, {}, 'Dashboard', '1234.5'],
  ['de', { LC_ALL: 'C' }, 'Übersicht', '1.234,5'],
  ['zh-TW', {}, '概览', '1,234.5'],
  ['fr', { LANG: 'de_DE.UTF-8' }, 'Dashboard', '1\u202f234,5'],
  ['en', { LANG: 'de_DE.UTF-8' }, 'Dashboard', '1,234.5'],
] as const)('--lang %s in %o speaks of %s, and writes %s', (asked, env, dashboard, number) => {
  const { texts, numerals } = languageOf(asked, env, charactersOf(env));
  expect([texts.dashboard, numerals(1234.5, 1)]).toEqual([dashboard, number]);
});

test('English without --lang has the numerals of tables', () => {
  expect(languageOf(null, { LANG: 'en_GB.UTF-8' }, 'all').numerals).toBe(plainNumerals);
});

test.each([
  [{}, 'all'],
  [{ LANG: 'de_DE.utf8' }, 'all'],
  [{ LC_ALL: 'C.UTF-8' }, 'all'],
  [{ LC_ALL: 'C', LANG: 'de_DE.UTF-8' }, 'ascii'],
  [{ LC_CTYPE: 'de_DE.ISO-8859-1', LANG: 'de_DE.UTF-8' }, 'ascii'],
  [{ LANG: 'en_US.UTF-8', TERM: 'linux' }, 'latin'],
] as const)('a terminal in %o shows %s', (env, characters) => {
  expect(charactersOf(env)).toBe(characters);
});

test('where the terminal knows ASCII alone, nothing else is sent, and every line is as wide', () => {
  for (const { name } of TABS) {
    const lines = frameView(KEY_TABLE, sceneOf([80, 24], name, { characters: 'ascii', texts: zh }));
    expect(lines.join('')).toMatch(/^[\x1b\x20-\x7e]*$/);
    expect(lines.map((line) => withoutColors(line).length)).toEqual(Array.from({ length: 24 }, () => 80));
  }
});

test('what cannot be shown is a question mark for each column', () => {
  expect(withCharacters('é█名e\u0301…\x1b[1m', 'ascii')).toBe('?#??e~\x1b[1m');
  expect(withCharacters('é█名', 'latin')).toBe('é#??');
  expect(withCharacters('é█名', 'all')).toBe('é█名');
});
