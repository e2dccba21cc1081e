import { expect, test } from 'vitest';
import { FileOwners } from '../../../src/core/packet/file-owners.ts';
import { ownerOfFlow } from '../../../src/core/packet/packet-owners.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { udpFrame } from '../../support/frames.ts';
import { dissectFrame } from '../../support/wire.ts';

const ASK = udpFrame({ srcPort: 4000, dstPort: 9 }, [1]);
const TELL = udpFrame({ from: [10, 0, 0, 2], to: [10, 0, 0, 1], srcPort: 9, dstPort: 4000 }, [1]);

function openFile() {
  const reader = { comment: null as string | null };
  const owners = new FileOwners(reader);
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  const read = (frame: Uint8Array, comment: string | null) => {
    reader.comment = comment;
    dissectFrame(frame, 1, dissector, { packet });
    owners.ingest(packet);
    return [owners.senderOf(packet), owners.receiverOf(packet)].map((owner) => owner?.pid ?? null);
  };
  return { read, owners, sides: () => owners.sidesOf(dissector.flows.flows[0]!), dissector, packet };
}

test('of each packet, by its own comment', () => {
  const { read } = openFile();
  expect(read(ASK, 'netwatch: from a (1)\nnetwatch: to b (2)')).toEqual([1, 2]);
  expect(read(TELL, 'netwatch: from b (2)')).toEqual([2, null]);
  expect(read(TELL, 'netwatch: to a (1)')).toEqual([null, 1]);
  expect(read(TELL, 'b (2)')).toEqual([null, null]);
  expect(read(ASK, null)).toEqual([null, null]);
});

test('of a flow, by the first that names a side, whichever way its packet went', () => {
  const { read, sides } = openFile();
  read(ASK, null);
  expect(sides()).toEqual({ a: null, b: null });
  read(TELL, 'netwatch: from b (2)');
  expect(sides()).toEqual({ a: null, b: { pid: 2, process: 'b', user: null } });
  expect(ownerOfFlow(sides())?.pid).toBe(2);
  read(TELL, 'netwatch: from c (3)\nnetwatch: to a (1)');
  expect([sides().a?.pid, sides().b?.pid]).toEqual([1, 2]);
  expect(ownerOfFlow(sides())?.pid).toBe(1);
  read(ASK, 'netwatch: from d (4)\nnetwatch: to e (5)');
  expect([sides().a?.pid, sides().b?.pid]).toEqual([1, 2]);
});

test('the first side of a flow is that which sent first', () => {
  const { read, sides } = openFile();
  read(ASK, 'netwatch: from a (1)\nnetwatch: to b (2)');
  expect([sides().a?.pid, sides().b?.pid]).toEqual([1, 2]);
});

test('one process is one object, another user makes another', () => {
  const { read, owners, packet } = openFile();
  const senders = ['a (1)', 'a (1)', 'a (1) of x', 'b (1)', 'a (2)'].map((who) => {
    read(ASK, `netwatch: from ${who}`);
    return owners.senderOf(packet);
  });
  expect(senders[1]).toBe(senders[0]);
  expect(new Set(senders).size).toBe(4);
});

test('a packet without a flow has owners, and leaves none', () => {
  const { read, dissector } = openFile();
  const arp = Uint8Array.from([...ASK.subarray(0, 12), 0x08, 0x06, ...new Uint8Array(28)]);
  expect(read(arp, 'netwatch: from a (1)')).toEqual([1, null]);
  expect(dissector.flows.flows).toEqual([]);
});
