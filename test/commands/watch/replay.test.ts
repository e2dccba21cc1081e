import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CaptureReplay, openCaptureReplay } from '../../../src/commands/watch/live/capture-replay.ts';
import { connectionTimes } from '../../../src/commands/watch/live/connection-times.ts';
import { SHOWN_STATISTICS as STATISTICS } from '../../../src/commands/watch/live/shown-statistics.ts';
import { arrange } from '../../../src/commands/watch/model/arranged.ts';
import { commandOf } from '../../../src/commands/watch/model/copied-command.ts';
import { type Machine, UNSEEN } from '../../../src/commands/watch/model/machine.ts';
import type { Model } from '../../../src/commands/watch/model/model.ts';
import type { Pace, Replay } from '../../../src/commands/watch/model/replay.ts';
import { update } from '../../../src/commands/watch/model/update.ts';
import { REPLAY_KEY_TABLE } from '../../../src/commands/watch/run-watch.ts';
import { CONNECTIONS } from '../../../src/commands/watch/tabs/connections.ts';
import { LANGUAGES } from '../../../src/commands/watch/texts/language.ts';
import { frameView } from '../../../src/commands/watch/views/frame-view.ts';
import { widthOf } from '../../../src/core/output/text-width.ts';
import type { ConnRow } from '../../../src/core/record/tables/conn.ts';
import { pcap } from '../../support/captures.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { udpFrame } from '../../support/frames.ts';
import { netwatch, recordsOf } from '../../support/in-process.ts';
import { writeNumbered } from '../../support/numbered-pcap.ts';
import { openPacketScreen } from '../../support/packet-screen.ts';
import { MACHINE, NOON, SIZES, sceneOf, withoutColors } from '../../support/screen-scene.ts';
import { type VirtualClock, virtualClock } from '../../support/virtual-clock.ts';

const LOOPBACK = 'test/captures/loopback.pcap';
let folder = '';
let seconds = '';

/** Five packets, a second apart. */
const START_S = 1_700_000_000;
const RECORD_BYTES = 16 + 60;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-replay-'));
  seconds = path.join(folder, 'seconds.pcap');
  writeNumbered(seconds, 5, 60);
  const bytes = fs.readFileSync(seconds);
  for (let number = 0; number < 5; number++) bytes.writeUInt32LE(START_S + number, 24 + number * RECORD_BYTES);
  fs.writeFileSync(seconds, bytes);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

interface Shown {
  readonly clock: VirtualClock;
  readonly replay: CaptureReplay;
  readonly told: string[];
  readonly listened: () => number;
  readonly machine: () => Machine;
  readonly state: () => Replay;
  /** Lets files be read until something holds, without time passing. */
  readonly until: (holds: (state: Replay) => boolean) => Promise<void>;
}

async function show(file: string, pace: Pace, isStopped = false): Promise<Shown> {
  const clock = virtualClock();
  const told: string[] = [];
  let feeds = 0;
  let machine = UNSEEN;
  let state: Replay | null = null;
  const replay = await openCaptureReplay(
    fakeContext({ clock }),
    { file, interface: null, pace, isStopped, refreshMs: 1, model: null, statistics: STATISTICS },
    {
      listen: () => feeds++,
      publish(seen, shown) {
        machine = seen;
        state = shown;
      },
      told: (text) => told.push(text),
    },
  );
  return {
    ...{ clock, replay, told },
    listened: () => feeds,
    machine: () => machine,
    state: () => state!,
    async until(holds) {
      while (state === null || !holds(state)) {
        await turn();
        await clock.pass(0);
        // what waits for the next paint
        clock.advance(1);
      }
    },
  };
}

const close = (shown: Shown) => shown.replay.close((faults) => expect(faults.count).toBe(0));

test('at its end, the screen has the records that the commands print', async () => {
  const shown = await show(LOOPBACK, 'end');
  await shown.until(({ isEnded }) => isEnded);
  const { conns, statistics, insights, at, tracked } = shown.machine();
  const printed = async <T>(...words: readonly string[]) => recordsOf<T>((await netwatch(...words)).out);
  expect(conns.length).toBeGreaterThan(3);
  const keyOf = ({ proto, local_addr, local_port, remote_port, rx_bytes, state }: ConnRow) =>
    [proto, local_addr, local_port, remote_port, rx_bytes, state].join(' ');
  expect(conns.map(keyOf)).toEqual((await printed<ConnRow>('conns', '-r', LOOPBACK, '--json')).map(keyOf));
  for (const by of ['protocols', 'dns', 'http', 'tls'] as const) {
    const records = await printed<{ type: string }>('stats', '-r', LOOPBACK, '--by', by, '--json');
    for (const type of new Set(records.map((one) => one.type)))
      expect([by, statistics.get(type)?.length]).toEqual([by, records.length]);
  }
  const found = await printed<{ summary: string }>('insights', '-r', LOOPBACK, '--ai', 'never', '--json');
  expect(insights.map(({ summary }) => summary).sort()).toEqual(found.map(({ summary }) => summary).sort());
  expect(tracked).toHaveLength(conns.length);
  expect(Date.parse(at!.time)).toBeGreaterThanOrEqual(Math.max(...tracked.map(({ first }) => first)));
  expect(shown.state()).toMatchObject({ file: LOOPBACK, name: 'loopback.pcap', isEnded: true, isFile: true });
  expect([shown.told, shown.listened()]).toEqual([[], 1]);
  await close(shown);
});

test('at its own pace, faster, stopped, step by step, and to its end', async () => {
  const shown = await show(seconds, 1);
  const { clock, replay, until, state } = shown;
  const packets = () => state().packets;
  await until((now) => now.packets === 1);
  await clock.pass(900);
  expect(packets()).toBe(1);
  await clock.pass(200);
  expect(packets()).toBe(2);
  expect(shown.machine().at!.time).toBe('2023-11-14T22:13:21.000000Z');
  replay.setPace(10, false);
  await clock.pass(20);
  // the next packet passes at once when the pace changes, and those behind it ten times as fast
  expect(packets()).toBe(3);
  replay.setPace(10, true);
  await clock.pass(60_000);
  expect([packets(), state().isStopped]).toEqual([3, false]);
  replay.step();
  await clock.pass(1);
  expect([packets(), state().isStopped]).toEqual([4, true]);
  replay.setPace('end', false);
  await until(({ isEnded }) => isEnded);
  expect(packets()).toBe(5);
  await close(shown);
  expect(clock.timers()).toBe(0);
});

test('stopped from the start, it waits; again, it is read from its start, by new listeners', async () => {
  const shown = await show(seconds, 1, true);
  await shown.clock.pass(10_000);
  expect([shown.state().packets, shown.machine().at]).toEqual([0, null]);
  await shown.replay.again('end');
  await shown.until(({ isEnded }) => isEnded);
  expect([shown.state().packets, shown.listened(), shown.machine().conns.length]).toEqual([5, 2, 1]);
  fs.renameSync(seconds, `${seconds}.gone`);
  await shown.replay.again('end');
  fs.renameSync(`${seconds}.gone`, seconds);
  await shown.until(({ isEnded }) => isEnded);
  // it stays open: who gave up privileges could not open it again
  expect([shown.told, shown.listened(), shown.state().isFile]).toEqual([[], 3, true]);
  expect(shown.state()).toMatchObject({ packets: 5, isEnded: true });
  await close(shown);
});

test('a capture that is cut short is shown as far as it goes, and says so', async () => {
  const cut = path.join(folder, 'cut.pcap');
  fs.writeFileSync(cut, fs.readFileSync(seconds).subarray(0, 24 + 3 * RECORD_BYTES + 20));
  const shown = await show(cut, 'end');
  await shown.until(({ isEnded }) => isEnded);
  expect([shown.state().packets, shown.machine().conns.length]).toEqual([3, 1]);
  expect(shown.told).toEqual(['cut.pcap: cut short in packet 4, at byte 272']);
  expect(shown.machine().limits).toEqual([
    { what: 'cut.pcap', why: 'cut short in packet 4, at byte 272', remedy: null },
  ]);
  shown.replay.refresh();
  expect(shown.told).toHaveLength(1);
  await close(shown);
});

test('the command that y copies in the timeline prints the connections of its window', async () => {
  const file = path.join(folder, 'windows.pcap');
  // the last packet of each, in seconds before the end; the window begins 300 s before it
  const ends = [900, 301, 300, 61, 59, 0];
  const packets = ends.map((before, n) => ({
    bytes: udpFrame({ srcPort: 4000 + n, dstPort: 9 }, [n]),
    seconds: 1000 - before,
  }));
  fs.writeFileSync(file, pcap(packets));
  const shown = await show(file, 'end');
  await shown.until(({ isEnded }) => isEnded);
  const portsOf = async (model: Model): Promise<readonly number[]> => {
    const [list] = REPLAY_KEY_TABLE.tabs.find(({ name }) => name === 'timeline')!.lists;
    const shell = `netwatch() { printf '%s\\0' "$@"; }\n${commandOf(model, list!)}`;
    const words = execFileSync('sh', ['-c', shell], { encoding: 'utf8' }).split('\0').slice(0, -1);
    expect(words).toContain('--fields');
    const printed = recordsOf<ConnRow>((await netwatch(...words, '--json', '--fields', 'local_port')).out);
    const rows = arrange(model, list!).entries.map(({ row }) => row.local_port);
    expect(printed.map(({ local_port }) => local_port)).toEqual(rows);
    return rows as number[];
  };
  const begun = { ...scene({ file }, [120, 40], 'timeline'), machine: shown.machine() };
  expect(await portsOf(begun)).toEqual([4000, 4001, 4002, 4003, 4004, 4005]);
  expect(await portsOf({ ...begun, timelineWindow: 0 })).toEqual([4004, 4005]);
  expect(await portsOf({ ...begun, timelineWindow: 1 })).toEqual([4002, 4003, 4004, 4005]);
  expect(await portsOf({ ...begun, timelineWindow: 2 })).toEqual([4000, 4001, 4002, 4003, 4004, 4005]);
  await close(shown);
});

test('what is no capture, and what is not there, is refused', async () => {
  await expect(show('package.json', 'end')).rejects.toThrow('is not a capture');
  await expect(show(path.join(folder, 'none.pcap'), 'end')).rejects.toThrow('no such file');
});

test('times of connections are those of the capture', () => {
  const row = (port: number, more: Partial<ConnRow>) => ({ ...MACHINE.conns[0]!, local_port: port, ...more });
  const iso = (before: number) => new Date(NOON - before).toISOString();
  const times = connectionTimes(
    [
      row(1, { first_seen: iso(100_000), time: iso(1000) }),
      row(2, { first_seen: iso(200_000), time: iso(199_000) }),
      row(3, { first_seen: iso(300_000), time: iso(1000), state: 'CLOSE' }),
      row(4, { first_seen: null }),
    ],
    NOON,
  );
  expect(
    times.map(({ row: { local_port }, first, last, isOpen }) => [local_port, NOON - first, NOON - last, isOpen]),
  ).toEqual([
    [3, 300_000, 1000, false],
    [2, 200_000, 199_000, false],
    [1, 100_000, 1000, true],
  ]);
});

const READING: Replay = {
  file: 'a b.pcap',
  name: 'a b.pcap',
  packets: 12_345,
  pace: 10,
  isStopped: false,
  isEnded: false,
  isFile: true,
};
const scene = (
  replay: Partial<Replay>,
  size: readonly [number, number] = [120, 40],
  tab: Model['tab'] = 'connections',
) => sceneOf(size, tab, {}, { replay: { ...READING, ...replay } });
const press = (model: Model, key: string) =>
  update(REPLAY_KEY_TABLE, model, { type: 'input', input: { type: 'key', key, ctrl: false, alt: false } }, NOON);

test.each([
  ['p', {}, { isStopped: true }, [{ type: 'pace', pace: 10, isStopped: true }]],
  ['p', { isStopped: true }, { isStopped: false }, [{ type: 'pace', pace: 10, isStopped: false }]],
  ['>', {}, { pace: 100 }, [{ type: 'pace', pace: 100, isStopped: false }]],
  ['>', { pace: 100 }, { pace: 'end' }, [{ type: 'pace', pace: 'end', isStopped: false }]],
  ['>', { pace: 'end' }, { pace: 'end' }, [{ type: 'pace', pace: 'end', isStopped: false }]],
  ['<', { isStopped: true }, { pace: 2, isStopped: false }, [{ type: 'pace', pace: 2, isStopped: false }]],
  ['<', { pace: 1 }, { pace: 1 }, [{ type: 'pace', pace: 1, isStopped: false }]],
  ['.', {}, { isStopped: true }, [{ type: 'pace', pace: 10, isStopped: true }, { type: 'step' }]],
  ['.', { isStopped: true }, { isStopped: true }, [{ type: 'step' }]],
  ['R', {}, {}, [{ type: 'again', pace: 10 }]],
  ['R', { isEnded: true, pace: 'end' }, {}, [{ type: 'again', pace: 1 }]],
  ['R', { isFile: false }, {}, []],
  ['>', { isEnded: true }, {}, []],
  ['.', { isEnded: true }, {}, []],
  ['p', { isEnded: true }, {}, []],
] as const)('the key %s with %o', (key, before, after, effects) => {
  const { model, effects: asked } = press(scene(before), key);
  expect(model.replay).toEqual({ ...READING, ...before, ...after });
  expect(asked).toEqual(effects);
  if (effects.length === 0) expect(model.notice).not.toBeNull();
});

test('the end is said once, unless something is wrong with the capture', () => {
  const end = (model: Model) =>
    update(REPLAY_KEY_TABLE, model, { type: 'replay', machine: MACHINE, replay: { ...READING, isEnded: true } }, NOON)
      .model;
  const first = end(scene({}));
  expect(first.notice!.text).toBe('end of the capture: 12345 packets; R reads it again');
  expect(end({ ...first, notice: null }).notice).toBeNull();
  const wrong = { text: 'cut short', isWrong: true, until: NOON + 1000 };
  expect(end({ ...scene({}), notice: { ...first.notice!, ...wrong } }).notice!.text).toBe('cut short');
});

test('the name of the capture stands once in the title of its packets', async () => {
  const screen = await openPacketScreen(LOOPBACK, { width: 120 });
  const model = scene({}, [120, 40], 'packets');
  const packets = { ...screen.model.packets, file: 'a b.pcap' };
  const [, title] = frameView(REPLAY_KEY_TABLE, { ...model, packets }).map(withoutColors);
  expect(title!.match(/a b\.pcap/g)).toHaveLength(1);
});

test('the title has the capture and its pace, help its keys, and y the command that reads it', () => {
  const model = scene({ isStopped: true });
  const lines = frameView(REPLAY_KEY_TABLE, model).map(withoutColors);
  expect(lines[1]).toMatch(/ a b\.pcap 12345 packets stopped {2}1 not visible: \? $/);
  expect(lines[39]).toMatch(/p pause {2}> < speed {2}\. step/);
  const help = frameView(REPLAY_KEY_TABLE, press(model, '?').model).map(withoutColors).join('\n');
  expect(help).toContain('read the next packet of the capture, and stop');
  expect(help.match(/^ p +/gm)).toHaveLength(1);
  expect(commandOf(model, CONNECTIONS)).toMatch(/^netwatch conns -r 'a b\.pcap' /);
});

test.each(SIZES)(
  'at %i×%i what only a machine tells is said to be missing, in lines as wide as the terminal',
  (...size) => {
    const empty = { ...UNSEEN, at: MACHINE.at, conns: MACHINE.conns };
    for (const texts of Object.values(LANGUAGES))
      for (const tab of REPLAY_KEY_TABLE.tabs) {
        const model = { ...scene({}, size, tab.name), machine: empty };
        const lines = frameView(REPLAY_KEY_TABLE, { ...model, settings: { ...model.settings, texts } }).map(
          withoutColors,
        );
        expect(lines.filter((line) => widthOf(line) !== size[0])).toEqual([]);
        if (tab.name === 'interfaces' || tab.name === 'dashboard')
          expect(lines.join('\n')).toContain(texts.notInCapture.slice(0, 15));
      }
  },
);
