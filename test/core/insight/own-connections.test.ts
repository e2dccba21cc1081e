import { expect, test } from 'vitest';
import type { Observation } from '../../../src/core/insight/observation.ts';
import { OwnConnections } from '../../../src/core/insight/own-connections.ts';
import type { ConnRow } from '../../../src/core/record/tables/conn.ts';
import type { ConversationRow } from '../../../src/core/record/tables/conversation.ts';
import type { HandshakeRow } from '../../../src/core/record/tables/handshake.ts';

const conn = (proto: 'tcp' | 'udp', local_port: number, remote_addr: string | null, remote_port: number | null) =>
  ({ proto, local_port, remote_addr, remote_port }) as ConnRow;
const handshake = (client_port: number, server_addr: string, server_port: number) =>
  ({ client_port, server_addr, server_port }) as HandshakeRow;
const conversation = (a: readonly [string, number], b: readonly [string, number]) =>
  ({ proto: 'tcp', a_addr: a[0], a_port: a[1], b_addr: b[0], b_port: b[1] }) as ConversationRow;

test('records of its connections are left out, and no others', () => {
  const own = new OwnConnections();
  own.add(40_000, '10.0.0.1', 443);
  const conns = [
    conn('tcp', 40_000, '10.0.0.1', 443),
    conn('udp', 40_000, '10.0.0.1', 443),
    conn('tcp', 40_000, '10.0.0.2', 443),
    conn('tcp', 40_000, '10.0.0.1', 80),
    conn('tcp', 40_001, '10.0.0.1', 443),
    conn('tcp', 40_000, null, null),
  ];
  expect(own.without({ type: 'conn', value: conns })).toEqual({ type: 'conn', value: conns.slice(1) });
  const shakes = [handshake(40_000, '10.0.0.1', 443), handshake(443, '10.0.0.1', 40_000)];
  expect(own.without({ type: 'handshake', value: shakes })).toEqual({ type: 'handshake', value: shakes.slice(1) });
  const here = ['10.0.0.9', 40_000] as const;
  const there = ['10.0.0.1', 443] as const;
  const talks = [conversation(here, there), conversation(there, here), conversation(here, ['10.0.0.1', 22])];
  const told = own.without({ type: 'conversation', value: talks });
  expect(told).toEqual({ type: 'conversation', value: talks.slice(2) });
});

test('where it has none, everything is told as it is', () => {
  const one: Observation = { type: 'conn', value: [conn('tcp', 40_000, '10.0.0.1', 443)] };
  expect(new OwnConnections().without(one)).toBe(one);
});

test('the oldest give way, and one that is opened again is the newest', () => {
  const own = new OwnConnections();
  own.add(1, '10.0.0.1', 443);
  own.add(2, '10.0.0.1', 443);
  own.add(1, '10.0.0.1', 443);
  for (let n = 0; n < 4999; n++) own.add(10_000 + n, '10.0.0.1', 443);
  expect([own.has(1, '10.0.0.1', 443), own.has(2, '10.0.0.1', 443), own.has(14_998, '10.0.0.1', 443)]).toEqual([
    true,
    false,
    true,
  ]);
});
