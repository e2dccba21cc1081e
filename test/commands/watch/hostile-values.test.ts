import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { listFilter } from '../../../src/commands/watch/model/list-state.ts';
import type { Model, Popup, Prompt } from '../../../src/commands/watch/model/model.ts';
import { TABS } from '../../../src/commands/watch/tabs/all-tabs.ts';
import { frameView } from '../../../src/commands/watch/views/frame-view.ts';
import type { AnyRow } from '../../../src/core/record/table.ts';
import { conn } from '../../../src/core/record/tables/conn.ts';
import { HOSTILE, hostileMachine, hostilePackets, hostileStream } from '../../support/hostile-screen.ts';
import { recordScreen } from '../../support/recorded-screen.ts';
import { plain, STORY_KEYS, Story } from '../../support/screen-story.ts';

const recorded = await recordScreen();
const { machine, packets } = recorded;
/** A packet of HTTP. */
const HTTP = 10;

/** What a terminal acts on, or does not show. */
const ACTIVE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
/** UTF-16 units of a line for each column: a letter, its marks, and colours. */
const MOST_UNITS = 40;

/** What is wrong with the lines of a screen; nothing is right. */
function faultsOf(model: Model): readonly string[] {
  const lines = frameView(STORY_KEYS, model);
  const faults = lines.length === model.height ? [] : [`${lines.length} lines`];
  for (const [row, line] of lines.entries()) {
    const text = plain(line);
    const told = (what: string): number => faults.push(`line ${row}: ${what}: ${JSON.stringify(text.slice(0, 200))}`);
    if (ACTIVE.test(text)) told('acts');
    if (stringWidth(text) !== model.width) told(`${stringWidth(text)} columns`);
    const last = line.lastIndexOf('\x1b[');
    if (last >= 0 && !line.startsWith('\x1b[0m', last)) told('leaves its colour on');
    if (line.length > model.width * MOST_UNITS) told(`${line.length} units`);
  }
  return faults;
}

const pinnedOf = (row: AnyRow) => ({ id: '', row, isGone: true });
const POPUPS = (text: string, row: AnyRow): readonly (Popup | null)[] => [
  null,
  { kind: 'help', top: 0 },
  { kind: 'details', top: 0, pinned: pinnedOf(row) },
  { kind: 'tables', top: 0, pinned: pinnedOf(row) },
  { kind: 'text', top: 0, title: text, lines: [[{ text, role: null }], [{ text, role: 'bad' }]] },
];

/** The screen where strangers chose every text, in all its states. */
function* statesOf(text: string): Generator<readonly [string, Model]> {
  const hostile = hostileMachine(machine, text);
  const story = new Story(hostile).take({ type: 'packets', look: hostilePackets(packets, text), isAsked: false });
  const { model } = story;
  const settings = { ...model.settings, names: true, places: true };
  const base = { ...model, settings };
  for (const { name, lists } of TABS) {
    for (const popup of name === 'interfaces' ? POPUPS(text, hostile.ifaces[0]!) : [null])
      yield [`${name} ${popup?.kind}`, { ...base, tab: name, popup }];
    for (const focus of lists.keys())
      yield [`${name}, list ${focus}`, { ...base, tab: name, focus: { [name]: focus }, width: 200, height: 60 }];
    yield [`${name} beside`, { ...base, tab: name, isSplit: true, width: 120, height: 40 }];
    yield [`${name} dense`, { ...base, tab: name, settings: { ...settings, dense: true }, width: 140, height: 50 }];
  }
  yield* [
    ['grouped', new Story(hostile).press('v').model] as const,
    ['grouped by remote', new Story(hostile).press('v', 'v').model] as const,
  ];
  const filter = { ...listFilter('pid == 1', conn), text };
  const untouched = new Story(hostile).press('down').model.lists.connections!;
  yield ['filtered', { ...base, tab: 'connections', lists: { connections: { ...untouched, filter } } }];
  yield ['notice', { ...base, notice: { text, isWrong: true, isLasting: true, until: Number.MAX_SAFE_INTEGER } }];
  const replay = { file: text, name: text, packets: 1, pace: 1, isStopped: true, isEnded: false, isFile: true };
  yield ['replay', { ...base, tab: 'packets', replay }];
  for (const panel of ['detail', 'hex'] as const) {
    const unfolded = new Set([...packets.detail(HTTP)!.lines].map((line) => `${line.text}${text}`));
    const changed = {
      ...base.packets,
      panel,
      selected: HTTP,
      unfolded,
      filter: text,
      bpf: text,
      marks: new Set([HTTP]),
    };
    yield [`packets ${panel}`, { ...base, tab: 'packets', packets: changed }];
    yield [`packets ${panel}, none`, { ...base, tab: 'packets', packets: { ...changed, look: null, file: text } }];
  }
  const stream = hostileStream(recorded.stream(HTTP), text);
  for (const format of ['text', 'hex'] as const)
    for (const directions of ['both', 'a'] as const) {
      const shown = { ...base.packets, stream: { stream, format, directions, top: 0 } };
      yield [`stream ${format} ${directions}`, { ...base, tab: 'packets', packets: shown }];
    }
  for (const purpose of ['list filter', 'packet filter', 'capture filter'] as const)
    for (const cursor of [0, text.length]) {
      const error = cursor === 0 ? null : { message: text, column: 5 };
      const offered =
        cursor === 0 && purpose === 'list filter' ? { from: 0, candidates: [text, 'pid'], index: 0 } : null;
      const prompt: Prompt = {
        purpose,
        mark: '/',
        text,
        cursor,
        error,
        before: null,
        offered,
        recalled: null,
        holds: '',
        stays: '',
      };
      const tab = purpose === 'list filter' ? 'connections' : 'packets';
      yield [`${purpose} at ${cursor}`, { ...base, tab, prompt }];
    }
}

test.each(Object.entries(HOSTILE))(
  'a name that %s does nothing to the terminal, in whatever it is shown',
  (_what, text) => {
    for (const [state, model] of statesOf(text)) expect([state, faultsOf(model)]).toEqual([state, []]);
  },
);

const anyText = fc
  .array(fc.oneof(fc.constantFrom(...Object.values(HOSTILE)), fc.string({ unit: 'binary', maxLength: 30 })), {
    maxLength: 4,
  })
  .map((parts) => parts.join(''));

test('nor does any mixture of them', () => {
  fc.assert(
    fc.property(anyText, fc.integer({ min: 40, max: 180 }), fc.integer({ min: 10, max: 60 }), (text, width, height) => {
      const hostile = hostileMachine(machine, text);
      for (const { name } of TABS) {
        const story = new Story(hostile, { width, height, tab: name });
        story.take({ type: 'packets', look: hostilePackets(packets, text), isAsked: false });
        expect([name, faultsOf(story.model)]).toEqual([name, []]);
      }
    }),
    { numRuns: 8 },
  );
});
