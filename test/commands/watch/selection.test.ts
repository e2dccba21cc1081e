import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arrange, listState } from '../../../src/commands/watch/model/arranged.ts';
import { selectedRow } from '../../../src/commands/watch/model/selected-row.ts';
import { CONNECTIONS } from '../../../src/commands/watch/tabs/connections.ts';
import type { ConnRow } from '../../../src/core/record/tables/conn.ts';
import { selectedIndex } from '../../../src/core/screen/selection.ts';
import { connOn, machineOf, plain, Story } from '../../support/screen-story.ts';

/** Connections are told apart on the screen by their remote ports. */
const rowFor = (port: number, rate: number): ConnRow =>
  connOn(port, {
    remote_port: port,
    process: port % 3 === 0 ? 'curl' : 'ssh',
    rx_rate: rate,
    remote_addr: `198.51.100.${port % 5}`,
  });

const ports = fc.uniqueArray(fc.integer({ min: 10_000, max: 10_040 }), { maxLength: 41 });
const look = fc
  .tuple(ports, fc.array(fc.nat(5), { minLength: 41, maxLength: 41 }))
  .map(([all, rates]) => machineOf(all.map((port, index) => rowFor(port, rates[index]!))));

type Act = (story: Story) => void;
const acts: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 3,
    arbitrary: look.map(
      (machine): Act =>
        (story) =>
          story.look(machine),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(
        'up',
        'down',
        'pagedown',
        'pageup',
        'home',
        'end',
        's',
        'o',
        'f',
        'v',
        'z',
        'Z',
        'right',
        'escape',
        'p',
      )
      .map(
        (key): Act =>
          (story) =>
            story.press(key),
      ),
  },
  fc.constantFrom('ssh', 'remote_port > 10020', '').map(
    (text): Act =>
      (story) =>
        story.press('/', 'ctrl+u').type(text).press('enter'),
  ),
  fc.tuple(fc.constantFrom('press', 'wheel_up', 'wheel_down'), fc.integer({ min: 3, max: 19 })).map(
    ([action, row]): Act =>
      (story) =>
        story.mouse(action, 4, row),
  ),
  fc.integer({ min: 10, max: 30 }).map(
    (height): Act =>
      (story) =>
        story.resize(80, height),
  ),
);

const selectedId = ({ model }: Story): string | null => {
  const list = arrange(model, CONNECTIONS);
  return list.entries[selectedIndex(listState(model, CONNECTIONS).selection, list)]?.id ?? null;
};

/** What a line of the list says: the connection by its remote port, or the group by its name. */
const meaningOf = (line: string): string => /\b10\d{3}\b/.exec(line)?.[0] ?? /\S+ \(\d+\)/.exec(line)?.[0] ?? '';

const rowsOf = (story: Story): readonly string[] => story.coloured.slice(3, -2 - (story.model.height >= 16 ? 2 : 0));

test('what is selected stays selected while it is there, and is what the screen marks', () => {
  fc.assert(
    fc.property(look, fc.array(acts, { maxLength: 25 }), (machine, all) => {
      const story = new Story(machine);
      for (const act of all) {
        act(story);
        const marked = rowsOf(story).filter((line) => line.startsWith('\x1b[7m'));
        const row = selectedRow(story.model, CONNECTIONS) as ConnRow | null;
        if (row === null) {
          expect(marked).toEqual([]);
          continue;
        }
        expect(marked.length).toBe(1);
        if (row.remote_port !== null) expect(meaningOf(plain(marked[0]!))).toBe(String(row.remote_port));
      }
    }),
    { numRuns: 150 },
  );
});

test('another look keeps what somebody selected, wherever it goes', () => {
  fc.assert(
    fc.property(look, fc.array(fc.tuple(acts, look), { maxLength: 12 }), (machine, all) => {
      const story = new Story(machine);
      for (const [act, next] of all) {
        act(story);
        const isChosen = listState(story.model, CONNECTIONS).selection.id !== null;
        const before = selectedId(story);
        story.look(next);
        if (isChosen && before !== null && arrange(story.model, CONNECTIONS).indexOf(before) >= 0)
          expect(selectedId(story)).toBe(before);
      }
    }),
    { numRuns: 150 },
  );
});

test('a filter keeps what is selected while it passes, and Esc brings it back', () => {
  const story = new Story(machineOf([rowFor(10_001, 3), rowFor(10_003, 2), rowFor(10_005, 1)]));
  story.press('down', '/').type('remote_port != 10001');
  expect(selectedRow(story.model, CONNECTIONS)).toMatchObject({ remote_port: 10_003 });
  story.press('ctrl+u').type('remote_port == 10005');
  expect(selectedRow(story.model, CONNECTIONS)).toMatchObject({ remote_port: 10_005 });
  story.press('escape');
  expect(selectedRow(story.model, CONNECTIONS)).toMatchObject({ remote_port: 10_003 });
});

test('a click selects the line that is under it', () => {
  fc.assert(
    fc.property(look, fc.array(acts, { maxLength: 15 }), fc.nat(30), (machine, all, at) => {
      const story = new Story(machine);
      for (const act of all) act(story);
      const rows = rowsOf(story).map(plain);
      const line = at % rows.length;
      const meaning = meaningOf(rows[line]!);
      // where no row matches, the filter itself is said, with its number
      if (meaning === '' || selectedRow(story.model, CONNECTIONS) === null) return;
      story.mouse('press', 4, line + 3);
      const marked = rowsOf(story).filter((text) => text.startsWith('\x1b[7m'));
      expect(marked.map(plain).map(meaningOf)).toEqual([meaning]);
    }),
    { numRuns: 200 },
  );
});
