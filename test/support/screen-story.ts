import type { Effect } from '../../src/commands/watch/model/action.ts';
import { globalKeys } from '../../src/commands/watch/model/global-keys.ts';
import type { KeyTable } from '../../src/commands/watch/model/key-table.ts';
import { LIST_KEYS } from '../../src/commands/watch/model/list-keys.ts';
import { type Machine, UNSEEN } from '../../src/commands/watch/model/machine.ts';
import { type Model, openingModel, type TabName } from '../../src/commands/watch/model/model.ts';
import { update } from '../../src/commands/watch/model/update.ts';
import { TABS } from '../../src/commands/watch/tabs/all-tabs.ts';
import { en } from '../../src/commands/watch/texts/en.ts';
import { frameView } from '../../src/commands/watch/views/frame-view.ts';
import { widthOf } from '../../src/core/output/text-width.ts';
import { plainNumerals } from '../../src/core/output/units.ts';
import { type ConnRow, conn } from '../../src/core/record/tables/conn.ts';
import { type IfaceRow, iface } from '../../src/core/record/tables/iface.ts';
import { unknownRow } from '../../src/core/record/unknown-row.ts';
import type { Input, MouseInput } from '../../src/core/screen/input.ts';
import { themeNamed } from '../../src/core/screen/theme.ts';

export const STORY_KEYS: KeyTable = { tabs: TABS, lists: LIST_KEYS, everywhere: globalKeys(TABS) };
export const STORY_MS = Date.parse('2026-01-02T03:04:05.000Z');

const BLANK_CONN = unknownRow(conn);

/** A connection whose local port tells it from others. */
export const connOn = (local_port: number, more: Partial<ConnRow> = {}): ConnRow => ({
  ...BLANK_CONN,
  proto: 'tcp',
  state: 'ESTABLISHED',
  local_addr: '192.0.2.1',
  local_port,
  remote_addr: '198.51.100.7',
  remote_port: 443,
  process: 'curl',
  rx_rate: 0,
  tx_rate: 0,
  rx_bytes: 1000,
  tx_bytes: 500,
  ...more,
});

export const ifaceNamed = (name: string, index: number, more: Partial<IfaceRow> = {}): IfaceRow => ({
  ...unknownRow(iface),
  name,
  index,
  state: 'up',
  kind: 'ethernet',
  ipv4: [`192.0.2.${index}/24`],
  ipv6: [],
  ...more,
});

export const machineOf = (conns: readonly ConnRow[], more: Partial<Machine> = {}): Machine => ({
  ...UNSEEN,
  at: { time: new Date(STORY_MS).toISOString(), monotonicMs: 1000 },
  conns,
  ...more,
});

/** The screen as a person uses it: inputs go through `update`, and what they see is the lines of the frame. */
export class Story {
  model: Model;
  effects: readonly Effect[] = [];
  private now = STORY_MS;

  constructor(
    machine: Machine,
    { width = 80, height = 24, tab = 'connections' }: { width?: number; height?: number; tab?: TabName } = {},
  ) {
    const settings = {
      theme: themeNamed('terminal', true),
      texts: en,
      numerals: plainNumerals,
      places: false,
      names: false,
      mouse: true,
      dense: false,
      probes: true,
    };
    this.model = { ...openingModel({ width, height }, settings as never, STORY_MS), machine, tab };
  }

  /** Presses keys, by the names of `keyName`. */
  press(...keys: readonly string[]): this {
    for (const name of keys) {
      const ctrl = name.startsWith('ctrl+');
      this.input({ type: 'key', key: ctrl ? name.slice(5) : name, ctrl, alt: false });
    }
    return this;
  }

  type(text: string): this {
    return this.press(...[...text].map((character) => (character === ' ' ? 'space' : character)));
  }

  mouse(action: MouseInput['action'], column: number, row: number): this {
    return this.input({ type: 'mouse', action, column, row });
  }

  input(input: Input): this {
    return this.take({ type: 'input', input });
  }

  look(machine: Machine): this {
    return this.take({ type: 'machine', machine });
  }

  resize(width: number, height: number): this {
    return this.take({ type: 'resize', width, height });
  }

  wait(millis: number): this {
    this.now += millis;
    return this.take({ type: 'time' });
  }

  take(action: Parameters<typeof update>[2]): this {
    const { model, effects } = update(STORY_KEYS, this.model, action, this.now);
    this.model = model;
    this.effects = effects;
    return this;
  }

  get notice(): string | null {
    return this.model.notice?.text ?? null;
  }

  /** The lines with their colours. Throws unless each is as wide as the terminal. */
  get coloured(): readonly string[] {
    const lines = frameView(STORY_KEYS, this.model);
    if (lines.length !== this.model.height) throw new Error(`${lines.length} lines of ${this.model.height}`);
    for (const line of lines)
      if (widthOf(plain(line)) !== this.model.width) throw new Error(`${widthOf(plain(line))} columns: ${plain(line)}`);
    return lines;
  }

  get lines(): readonly string[] {
    return this.coloured.map(plain);
  }

  get text(): string {
    return this.lines.join('\n');
  }
}

export const plain = (line: string): string => line.replace(/\x1b\[[\d;]*m/g, '');
