import { expect, test } from 'vitest';
import { FlowTable } from '../../../src/core/wire/flow-table.ts';
import { Packet } from '../../../src/core/wire/packet.ts';

const TCP = 6;
const UDP = 17;

/** A packet of which only the addresses count. */
function packetOf(src: number, dst: number, ipVersion = 4, last = 0): Packet {
  const packet = new Packet();
  Object.assign(packet, { ipVersion, src0: src, dst0: dst, src3: last, dst3: last });
  return packet;
}

test('both directions are one flow, of the one who was first', () => {
  const table = new FlowTable();
  const there = packetOf(1, 2);
  const back = packetOf(2, 1);
  const flow = table.of(there, TCP, 1000, 80);
  expect(table.of(back, TCP, 80, 1000)).toBe(flow);
  expect([there.direction, back.direction]).toEqual([0, 1]);
  expect([flow.a0, flow.aPort, flow.b0, flow.bPort]).toEqual([1, 1000, 2, 80]);
});

test('ports, addresses, transports and versions part flows; streams are counted for each transport', () => {
  const table = new FlowTable();
  const flows = [
    table.of(packetOf(1, 2), TCP, 1000, 80),
    table.of(packetOf(1, 2), TCP, 1001, 80),
    table.of(packetOf(1, 3), TCP, 1000, 80),
    table.of(packetOf(2, 1), TCP, 1000, 80), // not the first one's other direction: the ports stay
    table.of(packetOf(1, 2), UDP, 1000, 80),
    table.of(packetOf(1, 2, 6), TCP, 1000, 80),
    table.of(packetOf(1, 2, 6, 9), TCP, 1000, 80),
  ];
  expect(new Set(flows).size).toBe(flows.length);
  expect(flows.map(({ stream }) => stream)).toEqual([0, 1, 2, 3, 0, 4, 5]);
  expect([table.count(TCP), table.count(UDP), table.flows.length]).toEqual([6, 1, 7]);
});

test('an endpoint that talks to itself', () => {
  const table = new FlowTable();
  const packet = packetOf(1, 1);
  expect(table.of(packet, UDP, 5, 5)).toBe(table.of(packet, UDP, 5, 5));
  expect(packet.direction).toBe(0);
});

test('find makes none', () => {
  const table = new FlowTable();
  expect(table.find(packetOf(1, 2), TCP, 1, 2)).toBeNull();
  const flow = table.of(packetOf(1, 2), TCP, 1, 2);
  expect(table.find(packetOf(2, 1), TCP, 2, 1)).toBe(flow);
  expect(table.flows).toEqual([flow]);
});

test('ports that are used again are a flow of their own, in either direction', () => {
  const table = new FlowTable();
  const first = table.of(packetOf(1, 2), TCP, 1000, 80);
  const back = packetOf(2, 1);
  const second = table.renew(back, TCP, 80, 1000);
  expect(second).not.toBe(first);
  expect([second.stream, second.aPort, back.direction]).toEqual([1, 80, 0]);
  const there = packetOf(1, 2);
  expect(table.of(there, TCP, 1000, 80)).toBe(second);
  expect(there.direction).toBe(1);
  expect(table.flows).toEqual([first, second]);
});

test('every one of 100,000 flows is found again, whatever the table has grown to', () => {
  const table = new FlowTable();
  const count = 100_000;
  const packet = new Packet();
  packet.ipVersion = 4;
  const ask = (index: number, back: boolean) => {
    const [mine, theirs] = [0x0a000000 + (index >> 4), 0x0a800001];
    [packet.src0, packet.dst0] = back ? [theirs, mine] : [mine, theirs];
    return back ? table.of(packet, TCP, 443, 40_000 + (index & 15)) : table.of(packet, TCP, 40_000 + (index & 15), 443);
  };
  for (let index = 0; index < count; index++) ask(index, false);
  let lost = 0;
  for (let index = 0; index < count; index++) if (ask(index, true).stream !== index || packet.direction !== 1) lost++;
  expect([lost, table.flows.length]).toEqual([0, count]);
});

test('a flood does not grow without end, and who speaks outlives it', () => {
  const table = new FlowTable({ mostCurrent: 100, mostRemembered: 150 });
  const alive = table.of(packetOf(1, 2), TCP, 1, 80);
  const packet = new Packet();
  let most = 0;
  for (let number = 1; number <= 10_000; number++) {
    Object.assign(packet, { number, ipVersion: 4, src0: 1000 + number, dst0: 2 });
    table.of(packet, TCP, 1024, 80).applicationState = {};
    most = Math.max(most, table.flows.length);
    if (number % 20 === 0) expect(table.of(Object.assign(packetOf(2, 1), { number }), TCP, 80, 1)).toBe(alive);
  }
  expect(most).toBeLessThanOrEqual(250);
  expect(table.flows.length + table.forgotten).toBe(10_001);
  expect(table.flows).toContain(alive);
  const over = table.flows.filter(({ isOver }) => isOver);
  expect(over.length).toBeGreaterThan(0);
  expect(over.every(({ applicationState }) => applicationState === null)).toBe(true);
});

test('endpoints whose flow is over begin another', () => {
  const table = new FlowTable({ mostCurrent: 4, mostRemembered: 100 });
  const numbered = (number: number, src: number): Packet => Object.assign(packetOf(src, 2), { number });
  const first = table.of(numbered(1, 1), TCP, 1, 80);
  for (let number = 2; number <= 6; number++) table.of(numbered(number, number), TCP, 1, 80);
  expect(first.isOver).toBe(true);
  expect(table.of(numbered(7, 1), TCP, 1, 80)).not.toBe(first);
  expect(table.find(numbered(8, 6), TCP, 1, 80)?.lastPacket).toBe(6);
});

test('flows that are done are let go of, and the others are found as before', () => {
  const table = new FlowTable();
  const flows = Array.from({ length: 100 }, (_, port) => table.of(packetOf(1, 2), TCP, port, 80));
  table.release(({ aPort }) => aPort % 2 === 0);
  expect(table.flows).toEqual(flows.filter(({ aPort }) => aPort % 2 === 1));
  expect(flows.every(({ isOver, aPort }) => isOver === (aPort % 2 === 0))).toBe(true);
  for (const flow of table.flows) expect(table.of(packetOf(1, 2), TCP, flow.aPort, 80)).toBe(flow);
  expect(table.of(packetOf(1, 2), TCP, 4, 80)).not.toBe(flows[4]);
  expect(table.count(TCP)).toBe(101);
});

test('a conversation that is silent while a flood passes outlives it, and is remembered when it is over', () => {
  const table = new FlowTable({ mostCurrent: 100, mostRemembered: 150 });
  const established = table.of(packetOf(1, 2), TCP, 1, 80);
  Object.assign(established, { aPackets: 2, bPackets: 1 });
  const packet = new Packet();
  for (let number = 1; number <= 5000; number++) {
    Object.assign(packet, { number, ipVersion: 4, src0: 1000 + number, dst0: 2 });
    table.of(packet, TCP, 1024, 80).aPackets++;
  }
  expect(established.isOver).toBe(false);
  expect(table.of(Object.assign(packetOf(2, 1), { number: 5001 }), TCP, 80, 1)).toBe(established);
  established.openTcp().ended = 4;
  for (let number = 5002; number <= 10_000; number++) {
    Object.assign(packet, { number, ipVersion: 4, src0: 1000 + number, dst0: 2 });
    table.of(packet, TCP, 1024, 80).aPackets++;
  }
  expect([established.isOver, established.isForgotten]).toEqual([true, false]);
  expect(table.flows).toContain(established);
});

test('conversations alone give way too', () => {
  const table = new FlowTable({ mostCurrent: 100, mostRemembered: 150 });
  const packet = new Packet();
  for (let number = 1; number <= 2000; number++) {
    Object.assign(packet, { number, ipVersion: 4, src0: 1000 + number, dst0: 2 });
    Object.assign(table.of(packet, TCP, 1024, 80), { aPackets: 5, bPackets: 5 });
  }
  expect(table.flows.length).toBeLessThanOrEqual(150);
  expect(table.flows.length + table.forgotten).toBe(2000);
});

test('ports that are used again and again do not grow without end', () => {
  const table = new FlowTable({ mostCurrent: 100, mostRemembered: 150 });
  table.of(packetOf(1, 2), TCP, 1, 80);
  for (let number = 1; number <= 1000; number++) {
    table.renew(Object.assign(packetOf(1, 2), { number }), TCP, 1, 80);
    expect(table.flows.length).toBeLessThanOrEqual(150);
  }
  expect(table.flows.length + table.forgotten).toBe(1001);
});

test('where nobody reads flows that are over, none are remembered, and the count of all is the same', () => {
  const [remembering, forgetting] = [true, false].map((remembersOver) => {
    const table = new FlowTable({ mostCurrent: 100, mostRemembered: 10_000, remembersOver });
    for (let host = 0; host < 1000; host++) table.of(packetOf(host, 2), TCP, 1000, 80);
    return table;
  });
  expect(forgetting!.flows.every(({ isOver }) => !isOver)).toBe(true);
  expect(forgetting!.flows.length).toBeLessThanOrEqual(100);
  expect([remembering!.count(TCP), forgetting!.count(TCP)]).toEqual([1000, 1000]);
  expect([remembering!.flows.length, forgetting!.forgotten]).toEqual([1000, 0]);
});
