import path from 'node:path';
import { type InkScreen, openInkScreen } from '../../../src/commands/watch/ink-screen.ts';
import { ConnectionTracker } from '../../../src/commands/watch/live/connection-tracker.ts';
import { PacketDesk } from '../../../src/commands/watch/live/packet-desk.ts';
import type { Action, Effect } from '../../../src/commands/watch/model/action.ts';
import { globalKeys } from '../../../src/commands/watch/model/global-keys.ts';
import type { KeyTable } from '../../../src/commands/watch/model/key-table.ts';
import { LIST_KEYS } from '../../../src/commands/watch/model/list-keys.ts';
import type { Machine } from '../../../src/commands/watch/model/machine.ts';
import { type Model, openingModel, type TabName } from '../../../src/commands/watch/model/model.ts';
import { preparing } from '../../../src/commands/watch/model/preparing.ts';
import { update } from '../../../src/commands/watch/model/update.ts';
import { placeDialog } from '../../../src/commands/watch/place-dialog.ts';
import { TABS } from '../../../src/commands/watch/tabs/all-tabs.ts';
import { frameView } from '../../../src/commands/watch/views/frame-view.ts';
import { PacketFeed } from '../../../src/core/packet/packet-feed.ts';
import { LIVE_LIMITS } from '../../../src/core/packet/packet-store.ts';
import type { ConnRow } from '../../../src/core/record/tables/conn.ts';
import { FrameWriter } from '../../../src/core/screen/frame-writer.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Prng } from '../../fuzz/prng.ts';
import { readerOf } from '../../support/filled-store.ts';
import { MACHINE, NOON, SETTINGS } from '../../support/screen-scene.ts';
import { connOn } from '../../support/screen-story.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const KEYS: KeyTable = { tabs: TABS, lists: LIST_KEYS, everywhere: globalKeys(TABS) };
/** What a stranger could give as a name. */
const NAMES = [
  'nginx',
  'firefox',
  '数据库服务器进程名称很长很长',
  '\x1b]52;c;eA==\x07\x1b[2J',
  'a\u202eb\nc\td\x9b31m',
  'e\u0301\u0301\u0301',
  '👩‍👩‍👧',
  '',
];
const STATES = ['ESTABLISHED', 'CLOSE_WAIT', 'TIME_WAIT', 'SYN_SENT', 'LISTEN'] as const;

/**
 * The screen as it is built, without a machine and a terminal: actions go in, and the bytes that the terminal gets come out.
 * Its machine has so many connections, and its packets are those of a capture.
 */
export class FixedScreen {
  model: Model;
  readonly effects = new Set<Effect['type']>();
  /** What the terminal shows after the last frame. */
  lines: readonly string[] = [];
  private written = '';
  private now = NOON;
  private readonly random: Prng;
  private readonly writer = new FrameWriter();
  private readonly tracker = new ConnectionTracker();
  private readonly clock = virtualClock(NOON);
  private readonly desk = new PacketDesk(this.clock, (look, isAsked) => this.take({ type: 'packets', look, isAsked }));
  private readonly ink: InkScreen;
  private conns: readonly ConnRow[];

  constructor(count: number, width: number, height: number, tab: TabName = 'dashboard', seed = 1) {
    this.random = new Prng(seed);
    this.model = { ...openingModel({ width, height }, SETTINGS, NOON), tab };
    this.ink = openInkScreen(
      (lines) => {
        this.lines = lines;
        this.written += this.writer.update(lines, this.model.width, this.model.height);
      },
      (error) => {
        throw error;
      },
    );
    this.written = '';
    this.conns = Array.from({ length: count }, (_, index) =>
      connOn(1024 + (index % 60_000), {
        inode: index + 1,
        pid: index % 200,
        process: `${NAMES[index % NAMES.length]}${index % 200}`,
        remote_addr: `198.51.${(index >> 8) & 255}.${index & 255}`,
        state: STATES[index % STATES.length]!,
        first_seen: new Date(NOON - index * 10).toISOString(),
      }),
    );
    this.look();
  }

  /** Reads the packets of a capture. */
  async capture(file: string): Promise<void> {
    const reader = await readerOf(file);
    const feed = new PacketFeed(reader, new Dissector(REGISTRY));
    this.desk.begin(feed, null, LIVE_LIMITS);
    await feed.run(new AbortController().signal);
    await reader.close();
    await this.clock.pass(1000);
  }

  /**
   * Another look at the machine: one connection in ten has other rates, and one in a hundred is another. What a frame needs of
   * it is worked out before, each step by `take`.
   */
  look(take: (step: () => void) => void = (step) => step()): void {
    const { random } = this;
    this.now += 1000;
    this.conns = this.conns.map((row) => {
      if (random.once(100))
        return { ...row, inode: row.inode! + 1_000_000, first_seen: new Date(this.now).toISOString() };
      return random.once(10) ? { ...row, rx_rate: random.below(1_000_000), tx_rate: random.below(1000) } : row;
    });
    this.tracker.ingest(this.conns, this.now);
    const machine: Machine = {
      ...MACHINE,
      at: { time: new Date(this.now).toISOString(), monotonicMs: this.now - NOON },
      conns: this.conns,
      tracked: this.tracker.tracked(),
      closedTraffic: this.tracker.closedTraffic,
    };
    const steps = preparing(KEYS, this.model, machine);
    let isDone = false;
    while (!isDone) {
      take(() => {
        isDone = steps.next().done === true;
      });
    }
    this.take({ type: 'machine', machine });
  }

  take(action: Action): void {
    const { model, effects } = update(KEYS, this.model, action, this.now);
    this.model = model;
    for (const effect of effects) this.perform(effect);
  }

  press(name: string): void {
    const key = name.replace(/^ctrl\+/, '');
    this.take({ type: 'input', input: { type: 'key', key, ctrl: key !== name, alt: false } });
  }

  /** Paints as the screen does; returns the bytes. */
  frame(): string {
    const look = this.model.tab === 'packets' ? this.desk.look() : null;
    if (look !== null) this.take({ type: 'packets', look, isAsked: false });
    this.ink.show(frameView(KEYS, this.model), placeDialog(KEYS, this.model));
    return this.taken();
  }

  /** What was written since the last time. */
  taken(): string {
    const { written } = this;
    this.written = '';
    return written;
  }

  /** Lets what waits go on: searches of packets. */
  pass(millis: number): Promise<void> {
    this.now += millis;
    return this.clock.pass(millis);
  }

  close(): Promise<void> {
    return this.ink.close();
  }

  private perform(effect: Effect): void {
    this.effects.add(effect.type);
    if (effect.type === 'redraw') this.writer.forget();
    if (effect.type === 'filter packets') this.desk.setFilter(effect.filter);
    if (effect.type === 'keep packets') this.desk.keep(effect.isKept);
    if (effect.type === 'follow stream') {
      const stream = this.desk.stream(effect.number);
      if (stream !== null) this.take({ type: 'stream', stream });
    }
  }
}

/** Every key that does something somewhere, but those that end the screen. */
export const ALL_KEYS = [
  ...new Set([...KEYS.everywhere, ...KEYS.lists, ...TABS.flatMap(({ keys }) => keys)].flatMap(({ keys }) => keys)),
].filter((key) => !['ctrl+c', 'ctrl+z', 'x'].includes(key));

export const CAPTURE = path.join(process.cwd(), 'test/captures/tls-streams.pcap');
