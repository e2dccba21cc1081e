import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { findCommand, readArguments } from '../../../src/commands/arguments/arguments.ts';
import { COMMANDS, DEFAULT_COMMAND } from '../../../src/commands/program/registry.ts';
import { arrange } from '../../../src/commands/watch/model/arranged.ts';
import type { Machine } from '../../../src/commands/watch/model/machine.ts';
import type { TabName } from '../../../src/commands/watch/model/model.ts';
import { TABS } from '../../../src/commands/watch/tabs/all-tabs.ts';
import { CONNECTIONS } from '../../../src/commands/watch/tabs/connections.ts';
import { compileFilter } from '../../../src/core/filter/bind.ts';
import { namedFields } from '../../../src/core/record/select-fields.ts';
import { parseSort } from '../../../src/core/record/sort.ts';
import type { ConnRow } from '../../../src/core/record/tables/conn.ts';
import type { IfaceRow } from '../../../src/core/record/tables/iface.ts';
import type { DnsServerRow, NeighborRow, RouteRow } from '../../../src/core/record/tables/network-config.ts';
import { netwatch, recordsOf } from '../../support/in-process.ts';
import { connOn, machineOf, Story } from '../../support/screen-story.ts';

const LISTS = TABS.flatMap(({ name, lists }) => lists.map((list, index) => ({ tab: name, list, index })));

/** The words of what `y` copies, as a shell splits them. */
function copied(story: Story): readonly string[] {
  const [effect] = story.press('y').effects;
  if (effect?.type !== 'copy') throw new Error(`nothing was copied: ${story.notice}`);
  const split = execFileSync('sh', ['-c', `netwatch() { printf '%s\\0' "$@"; }; sudo() { "$@"; }\n${effect.text}`], {
    encoding: 'utf8',
  });
  return split.split('\0').slice(0, -1);
}

const onList = (machine: Machine, tab: TabName, index: number): Story => {
  const story = new Story(machine, { tab });
  story.model = { ...story.model, focus: { [tab]: index } };
  return story;
};

test.each(LISTS)('the command of $tab $list.name is one that netwatch understands, with these records', (one) => {
  const { tab, list, index } = one;
  const field = list.fields(onList(machineOf([]), tab, index).model).at(-1)!;
  for (const wishes of [[], ['s'], ['o'], ['right', 's', 'o', 'c'], ['/', ...`${field} != null and "it's"`, 'enter']]) {
    const story = onList(machineOf([connOn(1)]), tab, index);
    for (const key of wishes) story.press(key === ' ' ? 'space' : key);
    if (wishes[0] === '/' && list.table.type !== 'packet')
      expect(story.model.lists[list.name]!.filter?.text).toBe(`${field} != null and "it's"`);
    const { command, named, rest } = findCommand(copied(story), COMMANDS, DEFAULT_COMMAND);
    if (command.kind !== 'listing') throw new Error(`${command.name} prints no records`);
    const { values } = readArguments(command, named, rest, null);
    const { fields, sort, filter } = values as {
      fields: readonly string[] | null;
      sort: readonly string[] | null;
      filter: string | null;
    };
    const table = command.tableOf(values as Parameters<typeof command.tableOf>[0]);
    expect(namedFields(list.table, fields ?? []).length).toBe(fields?.length ?? 0);
    expect(parseSort(list.table, sort ?? []).length).toBe(sort?.length ?? 0);
    if (filter !== null) compileFilter(filter, list.table, () => 0);
    if (list.table.type !== 'handshake_histogram') expect(table.type).toBe(list.table.type);
  }
});

describe('on a saved machine it prints the same rows', () => {
  const SAVED = path.join(import.meta.dirname, '../../hosts/linux');
  const print = async (...words: readonly string[]) => {
    const { status, out, said } = await netwatch(...words, '--root', SAVED, '--json');
    if (status !== 0) throw new Error(said.join('\n'));
    return recordsOf(out);
  };

  test.each([
    ['process', ['v']],
    ['remote_addr', ['v', 'v']],
  ])('folded groups by %s are the totals', async (grouping, keys) => {
    for (const order of [[], [...Array<string>(11).fill('right'), 's', 'o']]) {
      const story = onList(machine, 'connections', 0).press(...order, ...keys, 'Z');
      const words = copied(story);
      expect(words).toContain('--summary');
      const printed = await print(...words);
      const { entries } = arrange(story.press('y').model, CONNECTIONS);
      const shown = entries.map(({ row, size }) => [row[grouping], size, row.rx_bytes, row.tx_bytes]);
      expect(printed.map(({ key, conns, rx_bytes, tx_bytes }) => [key, conns, rx_bytes, tx_bytes])).toEqual(shown);
      expect(shown.length).toBeGreaterThan(2);
    }
    // the command cannot choose rows and add them up: then it prints the rows
    const chosen = copied(
      onList(machine, 'connections', 0)
        .press(...keys, 'Z', '/')
        .type('tcp')
        .press('enter'),
    );
    expect(chosen).not.toContain('--summary');
  });

  let machine: Machine;
  beforeAll(async () => {
    // a field of rates makes it look twice
    machine = machineOf((await print('conns', '--sort', 'rx_rate')) as unknown as readonly ConnRow[], {
      ifaces: (await print('ifaces', '--sort', 'rx_rate')) as unknown as readonly IfaceRow[],
      routes: (await print('ifaces', '--routes', '--table', 'all')) as unknown as readonly RouteRow[],
      neighbors: (await print('ifaces', '--neighbors')) as unknown as readonly NeighborRow[],
      dnsServers: (await print('ifaces', '--dns')) as unknown as readonly DnsServerRow[],
    });
  });

  const FILTERS: Readonly<Record<string, string>> = {
    connections: 'state == LISTEN or remote_port == 443',
    topConnections: 'proto == tcp',
    interfaces: 'kind != loopback',
    routes: 'dst != default',
    neighbors: 'iface == eth0',
    dnsServers: 'port == 53',
    remotes: 'conns > 1 or key contains "1"',
  };

  test.each(LISTS.filter(({ list }) => Object.hasOwn(FILTERS, list.name)))('$tab $list.name', async (one) => {
    const { tab, list, index } = one;
    let most = 0;
    for (const wishes of [[], ['right', 's', 'o'], ['/', ...FILTERS[list.name]!, 'enter', 's']]) {
      const story = onList(machine, tab, index);
      for (const key of wishes) story.press(key === ' ' ? 'space' : key);
      const words = copied(story);
      const printed = await print(...words);
      const fields = list.fields(story.model);
      const values = (row: Readonly<Record<string, unknown>>): string =>
        JSON.stringify(fields.map((name) => row[name]));
      const shown = arrange(story.model, list).entries.map(({ row }) => values(row));
      expect(printed.map(values)).toEqual(shown);
      most = Math.max(most, shown.length);
    }
    expect(most).toBeGreaterThan(0);
  });
});
