import { expect, test } from 'vitest';
import type { connOptions } from '../../../src/commands/conns/conn-options.ts';
import { compileSelection, select, selectEvents } from '../../../src/commands/conns/conn-selection.ts';
import { connTotals } from '../../../src/commands/conns/conn-totals.ts';
import { conns } from '../../../src/commands/conns/conns.ts';
import type { ConnRow } from '../../../src/core/record/tables/conn.ts';
import type { ConnEventRow } from '../../../src/core/record/tables/conn-event.ts';
import { typed } from '../../support/typed.ts';

const row = (given: Partial<ConnRow>): ConnRow =>
  ({
    proto: 'tcp',
    family: 'ipv4',
    state: 'ESTABLISHED',
    local_port: 50_000,
    remote_port: 443,
    pids: ['7', '77'],
    process: 'curl',
    mptcp_role: null,
    comm: 'curl-thread',
    user: 'alice',
    uid: 1000,
    iface: 'eth0',
    ...given,
  }) as ConnRow;

/** One thing is another in each. */
const ROWS = {
  usual: row({}),
  udp: row({ proto: 'udp', state: 'UNCONN' }),
  mptcp: row({ proto: 'mptcp', mptcp_role: 'connection' }),
  subflow: row({ mptcp_role: 'joined' }),
  raw: row({ proto: 'raw' as never, state: 'UNCONN' }),
  listen: row({ state: 'LISTEN', remote_port: null }),
  v6: row({ family: 'ipv6' }),
  source: row({ local_port: 443, remote_port: 9 }),
  elsewhere: row({ remote_port: 9 }),
  held: row({ pids: ['5'], process: 'sshd', comm: 'sshd' }),
  comm: row({ process: 'other', comm: 'curl' }),
  other: row({ process: 'other', comm: 'other' }),
  bob: row({ user: 'bob', uid: 1001 }),
  nobody: row({ user: null, uid: null }),
  lo: row({ iface: 'lo' }),
  closing: row({ state: 'SYN_SENT' }),
};
const ALL = Object.keys(ROWS);
const without = (...names: string[]): string[] => ALL.filter((name) => !names.includes(name));

test.each<[words: string, kept: string[]]>([
  ['--tcp', without('udp', 'raw', 'mptcp')],
  ['--mptcp', ['mptcp', 'subflow']],
  ['--udp --mptcp', ['udp', 'mptcp', 'subflow']],
  ['--udp', ['udp']],
  ['--tcp --udp', without('raw', 'mptcp')],
  ['--listen', ['udp', 'raw', 'listen']],
  ['--established', without('udp', 'raw', 'listen', 'closing')],
  ['--listen --established', without('closing')],
  ['--state syn-sent', ['closing']],
  ['--state estab,listening', without('udp', 'raw', 'closing')],
  ['--state SYN_SENT --listen', ['udp', 'raw', 'listen', 'closing']],
  ['-4', without('v6')],
  ['-6', ['v6']],
  ['-4 -6', ALL],
  ['--port 443', without('listen', 'elsewhere')],
  ['--port 9', ['source', 'elsewhere']],
  ['--pid 7', without('held')],
  ['--pid 5', ['held']],
  ['--process curl', without('held', 'other')],
  ['--user alice', without('bob', 'nobody')],
  ['--user 1001', ['bob']],
  ['-i lo', ['lo']],
  ['--tcp --listen', ['listen']],
  ['-i lo --udp', []],
])('%s', (words, kept) => {
  const keep = compileSelection(typed<typeof connOptions>(conns, ...words.split(' ')));
  const names = new Map(Object.entries(ROWS).map(([name, one]) => [one, name]));
  expect([...select(Object.values(ROWS), keep)].map((one) => names.get(one))).toEqual(kept);
});

test('without any of them there is no test, and rows pass as they are', () => {
  const rows = Object.values(ROWS);
  expect(compileSelection(typed<typeof connOptions>(conns))).toBe(null);
  expect(select(rows, null)).toBe(rows);
  expect(selectEvents(rows as ConnEventRow[], null)).toBe(rows);
});

test('an unknown state is refused', () => {
  expect(() => compileSelection(typed<typeof connOptions>(conns, '--state', 'establishd'))).toThrow(
    expect.objectContaining({ exit: 64, message: 'unknown state "establishd"', hint: 'did you mean ESTABLISHED?' }),
  );
});

test('what has closed is selected by the state before, and printed as it is', () => {
  const event = (given: Partial<ConnEventRow>): ConnEventRow => ({ ...row({}), ...given }) as ConnEventRow;
  const closed = event({ event: 'closed', state: 'CLOSE', previous_state: 'ESTABLISHED' });
  const unknown = event({ event: 'closed', state: 'CLOSE', previous_state: null });
  const changed = event({ event: 'changed' as never, state: 'TIME_WAIT', previous_state: 'ESTABLISHED' });
  const events = [closed, unknown, changed];
  expect([...selectEvents(events, ({ state }) => state === 'ESTABLISHED')]).toEqual([closed]);
  expect([...selectEvents(events, ({ state }) => state === 'CLOSE')]).toEqual([unknown]);
  expect([...selectEvents(events, ({ state }) => state === 'TIME_WAIT')]).toEqual([changed]);
});

test('totals name the states, the most frequent first, and add up rates that are known', () => {
  const rates = [
    row({ state: 'LISTEN', rx_rate: null, tx_rate: null }),
    row({ rx_rate: 1000, tx_rate: 10 }),
    row({ rx_rate: 500, tx_rate: 20 }),
  ];
  expect(connTotals(rates)).toBe('3 connections: 2 ESTABLISHED, 1 LISTEN   received 1.5 kB/s   sent 30 B/s');
  expect(connTotals([])).toBe('0 connections: none   received 0 B/s   sent 0 B/s');
});
