import fc from 'fast-check';
import { expect, test } from 'vitest';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import type { Flow } from '../../../src/core/wire/flow.ts';
import { FlowTable } from '../../../src/core/wire/flow-table.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { everyCapture, readerOf } from '../../support/every-capture.ts';
import { tcpFrame } from '../../support/frames.ts';
import { dissectFrame, pathOf } from '../../support/wire.ts';

const TCP = 6;
const SYN = 0x02;
const SYN_ACK = 0x12;
const ACK = 0x10;
const NO_SCALE = -2;

const tables = () =>
  [true, false].map(
    (keepsSynsApart) => new FlowTable({ mostCurrent: 6, mostRemembered: 40, remembersOver: false, keepsSynsApart }),
  ) as [FlowTable, FlowTable];

/** As the dissector takes in a SYN without data. */
function takeSyn(table: FlowTable, packet: Packet, srcPort: number, dstPort: number): void {
  if (table.keepsSynsApart && table.ask(packet, TCP, srcPort, dstPort, NO_SCALE)) {
    packet.flow = null;
    return;
  }
  const flow = table.of(packet, TCP, srcPort, dstPort);
  packet.flow = flow;
  if (flow.isBlank) flow.beginWithSyn(packet.tcpSeq, packet.tcpWindow, NO_SCALE);
  count(packet);
}

function count(packet: Packet): void {
  const { flow, direction, length } = packet;
  if (flow === null) return;
  if (direction === 0) {
    flow.aPackets++;
    flow.aBytes += length;
  } else {
    flow.bPackets++;
    flow.bBytes += length;
  }
}

const end = fc.record({ word: fc.constantFrom(1, -1, 7), port: fc.constantFrom(1, 80, 65_535) });
const step = fc.record({
  how: fc.constantFrom('syn', 'syn', 'syn', 'segment', 'find'),
  version: fc.constantFrom(4, 6),
  source: end,
  target: end,
});

test('a connection that is kept apart becomes the flow that it would have been, and gives way when it would have', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const [apart, whole] = tables();
      steps.forEach(({ how, version, source, target }, index) => {
        const told = [apart, whole].map((table) => {
          const packet = new Packet();
          const number = index + 1;
          Object.assign(packet, { number, seconds: 1000 + number, nanoseconds: 5, length: 60, ipVersion: version });
          Object.assign(packet, { src0: source.word, dst0: target.word, tcpSeq: -number, tcpWindow: 65_535 });
          if (how === 'find') return table.find(packet, TCP, source.port, target.port);
          if (how === 'syn') {
            takeSyn(table, packet, source.port, target.port);
            return packet.direction;
          }
          packet.flow = table.of(packet, TCP, source.port, target.port);
          count(packet);
          return [packet.flow, packet.direction];
        });
        expect(told[0]).toEqual(told[1]);
        expect(apart.count(TCP)).toBe(whole.count(TCP));
      });
    }),
  );
});

const askFor = (dissector: Dissector, port: number, given = {}): Packet =>
  dissectFrame(tcpFrame({ srcPort: port, dstPort: 80, flags: SYN, seq: port }), 1, dissector, given);
const apartDissector = (): Dissector =>
  new Dissector(REGISTRY, { flows: new FlowTable({ remembersOver: false, keepsSynsApart: true }) });

test('a scan makes no flow, and an answer makes one that knows of the SYN', () => {
  const dissector = apartDissector();
  for (let port = 1000; port < 4000; port++) expect(askFor(dissector, port).flow).toBeNull();
  expect([dissector.flows.flows, dissector.flows.count(TCP)]).toEqual([[], 3000]);
  const answer = { srcPort: 80, dstPort: 1500, seq: 9, ack: 1501, from: [10, 0, 0, 2], to: [10, 0, 0, 1] };
  const { flow, direction } = dissectFrame(tcpFrame({ ...answer, flags: SYN_ACK }), 1, dissector);
  expect([flow!.stream, flow!.aPort, flow!.tcp!.client, flow!.tcp!.a.baseSeq, direction]).toEqual([
    500, 1500, 0, 1500, 1,
  ]);
  expect(dissector.flows.flows).toEqual([flow]);
  for (const port of [1000, 2000, 3999]) {
    const next = dissectFrame(tcpFrame({ srcPort: port, dstPort: 80, flags: ACK, seq: port + 1 }), 1, dissector);
    expect([next.flow!.stream, next.flow!.aPackets]).toEqual([port - 1000, 2]);
  }
});

test('a SYN is kept apart only with a time, and once: its ports used again are a flow of their own', () => {
  const dissector = apartDissector();
  expect(askFor(dissector, 1, { seconds: Number.NaN }).flow).not.toBeNull();
  expect(askFor(dissector, 2, { seconds: 2 ** 31 }).flow).not.toBeNull();
  expect(askFor(dissector, 3).flow).toBeNull();
  const again = tcpFrame({ srcPort: 3, dstPort: 80, flags: SYN, seq: 77 });
  const { flow } = dissectFrame(again, 1, dissector);
  expect([flow!.stream, dissector.flows.count(TCP)]).toEqual([3, 4]);
});

test('the layers of every capture are the same', async () => {
  let apart = 0;
  for (const { name, bytes } of everyCapture()) {
    const told = [];
    for (const keepsSynsApart of [true, false]) {
      const reader = await readerOf(bytes);
      if (reader === null) continue;
      const flows = new FlowTable({ remembersOver: false, keepsSynsApart });
      const dissector = new Dissector(REGISTRY, { flows });
      const packet = new Packet();
      const paths: string[] = [];
      const streams: (Flow['stream'] | undefined)[] = [];
      while (await reader.fill()) {
        while (reader.next(packet)) {
          dissector.dissect(packet);
          paths.push(pathOf(packet));
          streams.push(packet.flow?.stream);
        }
      }
      apart += keepsSynsApart ? streams.filter((stream) => stream === undefined).length : 0;
      told.push([paths, [6, 17, 132].map((transport) => flows.count(transport))]);
    }
    expect(told[0], name).toEqual(told[1]);
  }
  expect(apart).toBeGreaterThan(0);
}, 120_000);
