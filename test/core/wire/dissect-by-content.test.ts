import { expect, test } from 'vitest';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { dissectByContent } from '../../../src/core/wire/dissect-by-content.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Flow } from '../../../src/core/wire/flow.ts';
import { Packet } from '../../../src/core/wire/packet.ts';

const TCP = 6;
const ascii = (text: string): readonly number[] => [...Buffer.from(text, 'latin1')];

/** A packet of a flow between ports that no protocol has. */
function segment(payload: readonly number[]): Packet & { flow: Flow } {
  const packet = new Packet();
  const flow = new Flow(0, TCP, packet, 50_001, 50_002);
  packet.bytes = packet.payloadBytes = Uint8Array.from(payload);
  packet.end = packet.reportedEnd = payload.length;
  return Object.assign(packet, { flow });
}

const KEPT: readonly (readonly [string, readonly number[]])[] = [
  ['ssh', ascii('SSH-2.0-x\r\n')],
  ['bittorrent', [19, ...ascii('BitTorrent protocol'), ...new Array(48).fill(0)]],
  ['tls', [23, 3, 3, 0, 2, 1, 2]],
  ['rpc', [0x80, 0, 0, 40, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 0x86, 0xa3, ...new Array(24).fill(0)]],
];
const OTHERS: readonly (readonly [string, readonly number[]])[] = [
  ['http', ascii('GET / HTTP/1.1\r\n\r\n')],
  ['sip', ascii('OPTIONS sip:a@b SIP/2.0\r\n\r\n')],
];

test.each([...KEPT, ...OTHERS])('%s is recognised by its bytes, and recognising changes nothing', (name, payload) => {
  const packet = segment(payload);
  const before = structuredClone(packet.flow);
  Object.freeze(packet.flow);
  Object.freeze(packet);
  const found = REGISTRY.segmentsByContent.filter((one) => one.segmentLooksLike!(packet)).map((one) => one.name);
  expect(found).toEqual([name]);
  expect(structuredClone(packet.flow)).toEqual(before);
});

test.each(KEPT)('a stream recognised as %s is known to be it from then on', (name, payload) => {
  const packet = segment(payload);
  expect(dissectByContent(packet, packet.flow, new Dissector(REGISTRY))?.name).toBe(name);
  expect(packet.flow.application?.name).toBe(name);
});

test('what nobody recognises is left alone', () => {
  const packet = segment([0, 1, 2, 3]);
  expect(dissectByContent(packet, packet.flow, new Dissector(REGISTRY))).toBeUndefined();
  expect([packet.flow.application, packet.layerCount]).toEqual([null, 0]);
});
