import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { THEME_NAMES } from '../../../src/core/screen/theme.ts';
import { type LiveScene, noLiveCapture, openLiveScene } from '../../support/live-scene.ts';
import { BIN } from '../../support/program.ts';
import { STORY_KEYS } from '../../support/screen-story.ts';
import { hasSs, readSs } from '../../support/ss.ts';
import { tmuxName } from '../../support/tmux-keys.ts';
import { openTmuxScreen, type TmuxScreen } from '../../support/tmux-screen.ts';
import { toolIsMissing } from '../../support/tool.ts';

/** Two addresses that are talked to, one more than the other. */
const TRAFFIC = `
  const net = require('node:net');
  const held = new Set();
  const serve = (address, then) =>
    net.createServer((socket) => held.add(socket.on('error', () => {}))).listen(7100, address, then);
  serve('10.78.1.1', () => serve('10.78.1.2', () => {
    for (let n = 0; n < 4; n++) held.add(net.connect(7100, '10.78.1.1'));
    for (let n = 0; n < 2; n++) held.add(net.connect(7100, '10.78.1.2'));
    process.stdout.write('serving');
  }));`;
/** Somebody tries port after port. */
const SCAN = `
  const net = require('node:net');
  for (let port = 20; port < 60; port++) net.connect(port, '127.0.0.1').on('error', () => {});
  process.stdout.write('tried');`;

/** What a key shows; those that are pressed first, and afterwards. */
interface Pressed {
  readonly keys: readonly string[];
  readonly shows: RegExp;
  readonly back?: readonly string[];
}

/** Of both tabs, with a list of which `first` and `last` are the details of its ends. */
const pressedOn = (first: RegExp, last: RegExp): readonly Pressed[] => [
  ...(['down', 'j', 'pagedown', 'ctrl+f', 'end', 'G'] as const).map((key) => ({
    keys: ['home', ...(key === 'down' || key === 'j' ? [key, key, key, key, key] : [key]), 'i'],
    shows: last,
    back: ['escape'],
  })),
  ...(['up', 'k', 'pageup', 'ctrl+b', 'home'] as const).map((key) => ({
    keys: ['end', ...(key === 'up' || key === 'k' ? [key, key, key, key, key] : [key]), 'i'],
    shows: first,
    back: ['escape'],
  })),
  { keys: ['f'], shows: /the order of the rows is held/ },
  { keys: ['f'], shows: /the order of the rows is free/ },
  { keys: ['v'], shows: /this list has no groups/ },
  ...['space', 'z', 'Z'].map((key) => ({ keys: [key], shows: /this list has no groups/ })),
  { keys: ['y'], shows: /─ The command that prints these rows /, back: ['y'] },
  { keys: ['i'], shows: /─ Details /, back: ['i'] },
  { keys: ['?'], shows: /─ Keys /, back: ['?'] },
  { keys: ['f1'], shows: /─ Keys /, back: ['f1'] },
  { keys: ['p'], shows: /paused: p goes on/ },
  { keys: ['r'], shows: /paused: p goes on/ },
  { keys: ['p'], shows: /goes on/ },
  { keys: ['r'], shows: /looking again/ },
  { keys: ['['], shows: / paused at \d\d:\d\d:\d\d, \d+ s ago/ },
  { keys: [']'], shows: / paused/ },
  { keys: ['{'], shows: /paused at|nothing older is kept/ },
  { keys: ['}', '}', '}', '}', '}', '}'], shows: /this is the newest look: p goes on/ },
  { keys: ['p'], shows: /goes on/ },
  { keys: ['g'], shows: /countries of addresses are shown/ },
  { keys: ['g'], shows: /countries of addresses are not shown/ },
  { keys: ['H'], shows: /names of addresses are shown/ },
  { keys: ['H'], shows: /names of addresses are not shown/ },
  { keys: ['M'], shows: /the mouse is the terminal’s/ },
  { keys: ['M'], shows: /the mouse is used here/ },
  { keys: ['D'], shows: /needs at least 130×44: the terminal is too small/ },
  { keys: ['|'], shows: /details beside the list/ },
  { keys: ['|'], shows: /details closed/ },
  { keys: ['ctrl+l'], shows: /^ 1 Dashboard {2}2 Connections/ },
  { keys: ['C'], shows: /all columns are shown/ },
  { keys: ['escape'], shows: /nothing is open: q quits/ },
];

const noTest = noLiveCapture !== null || !hasSs || toolIsMissing('tmux');

describe.skipIf(noTest)('topology and insights in a terminal', { timeout: 120_000 }, () => {
  let scene: LiveScene;
  let screen: TmuxScreen;
  beforeAll(async () => {
    scene = openLiveScene('found');
    scene.ip('link', 'add', 'w0', 'type', 'veth', 'peer', 'name', 'w1');
    scene.ip('addr', 'add', '10.78.1.1/24', 'dev', 'w0');
    scene.ip('addr', 'add', '10.78.1.2/24', 'dev', 'w1');
    scene.ip('link', 'set', 'w0', 'up');
    scene.ip('link', 'set', 'w1', 'up');
    await scene.run(TRAFFIC);
    screen = openTmuxScreen(scene.name, ['--no-probe', '--ai', 'never'], { width: 120, height: 40 });
    await screen.until((lines) => lines.some((line) => /Top connections [1-9]/.test(line)));
  });
  afterAll(() => {
    screen?.close();
    scene?.remove();
  });

  const openTab = async (digit: string, title: string): Promise<void> => {
    await screen.press(digit);
    await screen.until((lines) => lines[1]!.startsWith(` ${title} `));
  };
  const press = async ({ keys, shows, back = [] }: Pressed): Promise<void> => {
    for (const key of keys) await screen.press(tmuxName(key));
    await screen
      .until((lines) => lines.some((line) => shows.test(line)))
      .catch((error: Error) => {
        throw new Error(`${keys.join(' ')} did not show ${shows}: ${error.message}`);
      });
    for (const key of back) await screen.press(tmuxName(key));
    if (back.length > 0) await screen.until((lines) => !lines.some((line) => shows.test(line)));
  };
  const goesTo = async (key: string, title: string): Promise<void> => {
    await screen.press(tmuxName(key));
    await screen.until((lines) => lines[1]!.startsWith(` ${title} `));
  };
  /** Every theme once, and back to the first. */
  const pressThemes = async (): Promise<void> => {
    // those of tmux's terminal come in the order of their names
    const usual = THEME_NAMES.indexOf('terminal');
    for (let n = 1; n <= THEME_NAMES.length; n++) {
      const name = THEME_NAMES[(usual + n) % THEME_NAMES.length]!;
      await press({ keys: ['T'], shows: new RegExp(`^ theme ${name} `) });
    }
  };
  /** The keys that help tells of, and that these tests press, on the tab with a name. */
  const expectAllPressed = (name: string, pressed: readonly string[]): void => {
    const tab = STORY_KEYS.tabs.find((one) => one.name === name)!;
    const all = [...STORY_KEYS.everywhere, ...STORY_KEYS.lists, ...tab.keys].flatMap(({ keys }) => keys);
    // the program goes on to be tested; `exits.live.test.ts` presses these
    const leaves = ['q', 'ctrl+c', 'ctrl+z'];
    const ours = new Set([...pressed, ...leaves, ...'12345678']);
    expect(all.filter((key) => !ours.has(key))).toEqual([]);
  };
  const printed = (command: string): readonly string[] => {
    const script = `netwatch() { NETWATCH_CONFIG=none ${process.execPath} ${BIN} "$@" --tsv -H -q; }\n${command}`;
    const out = execFileSync('ip', ['netns', 'exec', scene.name, 'sh', '-c', script], { encoding: 'utf8' });
    return out.trim().split('\n');
  };

  test('topology: boxes have the counts of ss, and every key does what help says', async () => {
    await openTab('6', 'Topology');
    const counts = new Map<string, number>();
    for (const { proto, remote } of readSs(scene.name)) {
      if (proto === 'tcp' && remote?.addr.startsWith('10.78.'))
        counts.set(remote.addr, (counts.get(remote.addr) ?? 0) + 1);
    }
    expect([...counts].sort()).toEqual([
      ['10.78.1.1', 8],
      ['10.78.1.2', 4],
    ]);
    await screen.until((lines) => {
      const first = lines.findIndex((line) => / 10\.78\.1\.1 /.test(line.slice(60)));
      const second = lines.findIndex((line) => / 10\.78\.1\.2 /.test(line.slice(60)));
      return first > 0 && second > first && lines[first + 1]!.includes(' 8× ') && lines[second + 1]!.includes(' 4× ');
    });
    const pressed = pressedOn(/^ key +10\.78\.1\.1 /, /^ key +10\.78\.1\.2 /);
    for (const one of pressed) await press(one);
    const columns = ['left', 'right', '+', '=', '-', 'c'];
    for (const key of columns) await press({ keys: [key], shows: /there are no columns here/ });
    await press({ keys: ['s'], shows: /sorted by established ▼/ });
    await press({ keys: ['o'], shows: /sorted by established ▲/ });
    await press({ keys: ['home', 'i'], shows: /^ key +10\.78\.1\.2 /, back: ['escape'] });
    await press({ keys: ['o'], shows: /sorted by established ▼/ });
    await screen.press('/');
    screen.type('conns > 5');
    await screen.press('Enter');
    await screen.until(
      (lines) =>
        lines[1]!.includes('filter: conns > 5') && !lines.some((line) => line.slice(60).includes(' 10.78.1.2 ')),
    );
    await press({ keys: ['y'], shows: /conns --summary remote/, back: ['y'] });
    expect(printed(await screen.copied()).map((line) => line.split('\t').slice(0, 2))).toEqual([['10.78.1.1', '8']]);
    await screen.press('Enter');
    await screen.until((lines) => lines[1]!.startsWith(' Connections ') && / 9\/\d+/.test(lines[1]!));
    await screen.press('Escape');
    await screen.until((lines) => !lines[1]!.includes('filter:'));
    await openTab('6', 'Topology');
    await screen.press('Escape');
    await screen.until((lines) => !lines[1]!.includes('filter:'));
    await goesTo('tab', 'Timeline');
    await goesTo('backtab', 'Topology');
    await goesTo('a', 'Insights');
    await goesTo('6', 'Topology');
    await pressThemes();
    expectAllPressed('topology', [
      ...pressed.flatMap(({ keys }) => keys),
      ...[...columns, 's', 'o', '/', 'enter', 'tab', 'backtab', 'a', 'T'],
    ]);
  });

  test('insights: what is wrong is found, and every key does what help says', async () => {
    await scene.run(SCAN);
    await openTab('8', 'Insights');
    await screen.until((lines) => lines.some((line) => /port_scan/.test(line)));
    await screen.until((lines) => lines.some((line) => /127\.0\.0\.1 tried \d+ ports of 127\.0\.0\.1/.test(line)));
    const rules = screen.lines.flatMap(
      (line) => /^.(?:warn|error|note) .* ([a-z]+(?:_[a-z]+)+|resets) +\w+ /.exec(line)?.[1] ?? [],
    );
    expect(rules).toContain('port_scan');
    const detail = (rule: string): RegExp => new RegExp(`^ rule +${rule} *$`);
    const pressed = pressedOn(detail(rules[0]!), detail(rules.at(-1)!));
    for (const one of pressed) await press(one);
    await press({ keys: ['right', 's'], shows: /sorted by summary ▲/ });
    await press({ keys: ['o'], shows: /sorted by summary ▼/ });
    await press({ keys: ['left', 'left'], shows: /this is the first column/ });
    const width = (): number => screen.lines[2]!.indexOf('SUMMARY');
    const before = width();
    await screen.press('+');
    await screen.until(() => width() > before);
    await screen.press('-');
    await screen.until(() => width() === before);
    await screen.press('=');
    await screen.until(() => width() > before);
    await press({ keys: ['c'], shows: /column severity hidden: C shows all/ });
    await press({ keys: ['C'], shows: /all columns are shown/ });
    await screen.until(() => width() === before);
    await screen.press('/');
    screen.type('rule == port_scan');
    await screen.press('Enter');
    await screen.until((lines) => lines[1]!.includes('filter: rule == port_scan'));
    await press({ keys: ['y'], shows: /insights --interval 1/, back: ['y'] });
    expect(await screen.copied()).toMatch(/^netwatch insights --interval 1 .*--filter 'rule == port_scan'/);
    await screen.press('Escape');
    await screen.until((lines) => !lines[1]!.includes('filter:'));
    await goesTo('backtab', 'Timeline');
    await goesTo('tab', 'Insights');
    await goesTo('tab', 'Dashboard');
    await goesTo('a', 'Insights');
    await pressThemes();
    expectAllPressed('insights', [
      ...pressed.flatMap(({ keys }) => keys),
      ...['left', 'right', '+', '=', '-', 'c', 's', 'o', '/', 'tab', 'backtab', 'a', 'T'],
    ]);
    await screen.press('q');
    await screen.until(() => screen.isOver());
  });
});
