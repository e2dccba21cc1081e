import { expect, test } from 'vitest';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { ipv4Frame, tcp } from '../../support/headers.ts';
import { dissectFrame } from '../../support/wire.ts';

test('a segment whose header says it is too short belongs to its connection all the same, as in tshark', () => {
  const dissector = new Dissector(REGISTRY);
  const { flow } = dissectFrame(ipv4Frame(6, tcp({}, [1, 2, 3])), 1, dissector);
  const damaged = tcp({}, [1, 2, 3]).with(12, 0x40);
  const packet = dissectFrame(ipv4Frame(6, damaged), 1, dissector);
  expect([packet.flow === flow, packet.malformed, packet.payloadLength]).toEqual([true, true, 0]);
  expect(flow?.aPackets).toBe(2);
});
