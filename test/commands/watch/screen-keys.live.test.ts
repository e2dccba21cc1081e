import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LiveScene, noLiveCapture, openLiveScene } from '../../support/live-scene.ts';
import { BIN } from '../../support/program.ts';
import { STORY_KEYS } from '../../support/screen-story.ts';
import { hasSs, readSs } from '../../support/ss.ts';
import { tmuxName } from '../../support/tmux-keys.ts';
import { openTmuxScreen, type TmuxScreen } from '../../support/tmux-screen.ts';
import { toolIsMissing } from '../../support/tool.ts';

const HELD = 6;
const ESCAPED_MS = 200;
const SERVERS = `
  const net = require('node:net');
  const dgram = require('node:dgram');
  const holds = net.createServer((socket) => socket.on('error', () => {}).on('data', (bytes) => socket.write(bytes)));
  const ends = net.createServer((socket) => socket.on('error', () => {}).end('hello'));
  const names = dgram.createSocket('udp4').bind(53, '127.0.0.1');
  // the question, answered: no such name
  names.on('message', (bytes, from) => {
    bytes[2] = 0x81;
    bytes[3] = 0x83;
    names.send(bytes, from.port, from.address);
  });
  holds.listen(7000, '127.0.0.1', () => ends.listen(8000, '127.0.0.1', () => process.stdout.write('serving')));`;
const CLIENTS = `
  const net = require('node:net');
  const dgram = require('node:dgram');
  const held = Array.from({ length: ${HELD} }, () => net.connect(7000, '127.0.0.1'));
  net.createServer().listen(7777, '127.0.0.1');
  const asker = dgram.createSocket('udp4');
  let id = 0;
  setInterval(() => {
    held[0].write('x'.repeat(1000));
    net.connect(8000, '127.0.0.1').on('error', () => {}).resume();
    const question = Buffer.from('00000100000100000000000004686f7374046e657477' + '0474657374' + '0000010001', 'hex');
    question.writeUInt16BE(++id & 0xffff);
    asker.send(question, 53, '127.0.0.1');
  }, 250);
  held.at(-1).once('connect', () => process.stdout.write('connected'));`;

/** Those that open something, which the keys behind them would then go to. */
const OPENS: ReadonlySet<string> = new Set(['?', 'f1', 'i', 'y']);
/** Those that leave the screen, or the tab, or begin to type, which the test of the filter does. */
const LEAVES: ReadonlySet<string> = new Set([
  '/',
  'q',
  'ctrl+c',
  'ctrl+z',
  'a',
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
]);

describe.skipIf(noLiveCapture !== null || !hasSs || toolIsMissing('tmux'))('the screen in a terminal', () => {
  let scene: LiveScene;
  let screen: TmuxScreen;
  beforeAll(async () => {
    scene = openLiveScene('watch');
    scene.ip('link', 'add', 'w0', 'type', 'veth', 'peer', 'name', 'w1');
    scene.ip('addr', 'add', '10.77.1.2/24', 'dev', 'w1');
    scene.ip('link', 'set', 'w1', 'up');
    scene.ip('addr', 'add', '10.77.1.1/24', 'dev', 'w0');
    scene.ip('link', 'set', 'w0', 'up');
    await scene.run(SERVERS);
    await scene.run(CLIENTS);
    screen = openTmuxScreen(scene.name, ['--no-probe', '--ai', 'never'], { width: 80, height: 24 });
    await screen.until((lines) => lines.some((line) => /Top connections [1-9]/.test(line)));
  });
  afterAll(() => {
    screen?.close();
    scene?.remove();
  });

  const heldPorts = (): number[] =>
    readSs(scene.name)
      .filter(({ proto, remote }) => proto === 'tcp' && remote?.port === 7000)
      .map(({ local }) => local.port!)
      .sort((a, b) => a - b);
  const openTab = async (digit: string, title: string): Promise<void> => {
    await screen.press(digit);
    await screen.until((lines) => lines[1]!.startsWith(` ${title} `));
  };
  const closed = (): Promise<unknown> => screen.until((lines) => !lines.join('\n').includes('Esc close'));

  test('the dashboard has the interfaces, and the connections that are busy', async () => {
    const text = await screen.until((lines) => /7000 .*kB\/s/.test(lines.join('\n')) && lines.join('\n'));
    expect(text).toMatch(/^ w0 +10\.77\.1\.1\/24/m);
    expect(text).toMatch(/^ lo +127\.0\.0\.1\/8/m);
    expect(text).toMatch(/^─ Health ─/m);
  });

  test('connections are those of ss, and y copies the command that prints them', async () => {
    await openTab('2', 'Connections');
    await screen.press('/');
    screen.type('remote_port == 7000 and state == ESTABLISHED');
    await screen.press('Enter');
    const ports = await screen.until((lines) => {
      if (!lines[1]!.includes(` ${HELD}/`)) return null;
      return lines.flatMap((line) => /^ \S+ +ESTABLISHED +(\d+) 127\.0\.0\.1 +7000 /.exec(line)?.[1] ?? []).map(Number);
    });
    expect(ports.sort((a, b) => a - b)).toEqual(heldPorts());
    await screen.press('y');
    const command = await screen.copied();
    expect(command).toMatch(/^sudo netwatch conns --packets --fields process,pid,.* --filter '?remote_port == 7000/);
    const script = `sudo() { "$@"; }; netwatch() { NETWATCH_CONFIG=none ${process.execPath} ${BIN} "$@" --tsv -H -q; }\n${command}`;
    const out = execFileSync('ip', ['netns', 'exec', scene.name, 'sh', '-c', script], { encoding: 'utf8' });
    const rows = out
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(rows.map((row) => Number(row[5])).sort((a, b) => a - b)).toEqual(ports);
    for (const row of rows) expect([row[3], row[6], row[7]]).toEqual(['ESTABLISHED', '127.0.0.1', '7000']);
    await screen.press('y');
    await closed();
    await screen.press('Escape');
    await screen.until((lines) => !lines[1]!.includes('filter:'));
  });

  test('interfaces have the addresses that ip prints', async () => {
    await openTab('3', 'Interfaces');
    const links = JSON.parse(execFileSync('ip', ['-n', scene.name, '-j', 'addr'], { encoding: 'utf8' })) as {
      ifname: string;
      addr_info: { family: string; local: string; prefixlen: number }[];
    }[];
    const text = screen.text;
    for (const { ifname, addr_info } of links) {
      const ipv4 = addr_info.find(({ family }) => family === 'inet')!;
      expect(text).toMatch(new RegExp(`^ ${ifname} .* ${ipv4.local}/${ipv4.prefixlen} `, 'm'));
    }
  });

  test('statistics count handshakes, those of connections that are over too, and name queries', async () => {
    await openTab('5', 'Stats');
    const [, count] = await screen.until((lines) => /<1ms +(\d{2,}) /.exec(lines.join('\n')));
    const later = await screen.until((lines) => {
      const [, now] = /<1ms +(\d+) /.exec(lines.join('\n')) ?? [];
      return Number(now) > Number(count) && lines.join('\n');
    });
    expect(later).toMatch(/host\.netw\.test +NXDOMAIN/);
    expect(later).toMatch(/^ {3}tcp +\d+ /m);
  });

  test('the timeline has a bar for what listens, and its counts add up', async () => {
    await openTab('7', 'Timeline');
    const text = await screen.until((lines) => lines.find((line) => /· 7777 .*▓ *$/.test(line)) && lines.join('\n'));
    const [, open, over, seen] = /open (\d+) +closed (\d+) +seen (\d+)/.exec(text)!.map(Number);
    expect(open! + over!).toBe(seen);
    expect(open).toBeGreaterThanOrEqual(HELD);
  });

  test.each([
    ['1', 'dashboard', 'Dashboard'],
    ['2', 'connections', 'Connections'],
    ['3', 'interfaces', 'Interfaces'],
    ['5', 'stats', 'Stats'],
    ['7', 'timeline', 'Timeline'],
  ] as const)('every key of tab %s leaves a screen that can be read', async (digit, name, title) => {
    await openTab(digit, title);
    const tab = STORY_KEYS.tabs.find((one) => one.name === name)!;
    // Enter goes to other tabs
    const keys = [
      ...STORY_KEYS.everywhere,
      ...STORY_KEYS.lists,
      ...tab.keys.filter(({ keys: [key] }) => key !== 'enter'),
    ]
      .flatMap((binding) => binding.keys)
      .filter((key) => !LEAVES.has(key))
      .sort((a, b) => Number(OPENS.has(a)) - Number(OPENS.has(b)));
    for (const key of keys) {
      await screen.press(tmuxName(key));
      const { lines } = screen;
      expect(lines, key).toHaveLength(24);
      expect(lines[0], key).toMatch(/^ 1 Dash {2}2 Conn {2}3 Iface /);
      expect(lines.join('\n'), key).not.toMatch(/undefined|NaN|\[object/);
    }
    // whatever they left open is closed, one by one, and the tab is as it was
    for (let left = true; left; ) {
      await screen.press('Escape');
      left = await screen
        .until((lines) => {
          const footer = lines.slice(-2).join('\n');
          if (footer.includes('nothing is open: q quits')) return 'over';
          return !footer.includes('Esc close') && !/^ \//.test(footer) && 'more';
        })
        .then((told) => told === 'more');
    }
    // with the last Esc, the digit would be another key
    await sleep(ESCAPED_MS);
    await openTab(digit, title);
    await screen.press('?');
    // a theme among those that T went through has lines of ASCII
    await screen.until((lines) => lines.some((line) => /^[─-] Keys /.test(line)));
    await screen.press('?');
    await closed();
  });

  test('q gives the terminal back', async () => {
    await screen.press('q');
    await screen.until(() => screen.isOver());
  });
});
