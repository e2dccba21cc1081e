import { describe, expect, test } from 'vitest';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { infoOf } from '../../../src/core/wire/packet-text.ts';
import { ipv4Frame, octets, tcp } from '../../support/headers.ts';
import { dissectFrame } from '../../support/wire.ts';

test('a segment whose header says it is too short belongs to its connection all the same, as in tshark', () => {
  const dissector = new Dissector(REGISTRY);
  const { flow } = dissectFrame(ipv4Frame(6, tcp({}, [1, 2, 3])), 1, dissector);
  const damaged = tcp({}, [1, 2, 3]).with(12, 0x40);
  const packet = dissectFrame(ipv4Frame(6, damaged), 1, dissector);
  expect([packet.flow === flow, packet.malformed, packet.payloadLength]).toEqual([true, true, 0]);
  expect(flow?.aPackets).toBe(2);
});

describe('options that the capture cut', () => {
  const options = octets('0101 080a 00000001 00000002');
  const sides = {
    client: { from: [10, 0, 0, 1], to: [10, 0, 0, 2] },
    server: { from: [10, 0, 0, 2], to: [10, 0, 0, 1] },
  };
  const [SYN, ACK, PUSH] = [2, 16, 8];
  const segment = (side: 'client' | 'server', seq: number, ack: number, flags: number, data: readonly number[] = []) =>
    ipv4Frame(
      6,
      tcp({ from: side === 'client' ? 5 : 9, to: side === 'client' ? 9 : 5, seq, ack, flags, options }, data),
      sides[side],
    );
  const frames = [
    segment('client', 1000, 0, SYN),
    segment('server', 5000, 1001, SYN | ACK),
    segment('client', 1001, 5001, ACK),
    segment('client', 1001, 5001, PUSH | ACK, [1, 2, 3]),
    segment('client', 1001, 5001, PUSH | ACK, [1, 2, 3]),
    segment('server', 5001, 1004, ACK),
  ];
  const KEPT = 60;
  const INFOS = [
    '5 → 9 [SYN] Seq=0 Win=8192 Len=0',
    '9 → 5 [SYN, ACK] Seq=0 Ack=1 Win=8192 Len=0',
    '5 → 9 [ACK] Seq=1 Ack=1 Win=8192 Len=0',
    '5 → 9 [PSH, ACK] Seq=1 Ack=1 Win=8192 Len=3',
    '5 → 9 [PSH, ACK] Seq=1 Ack=1 Win=8192 Len=3',
    '9 → 5 [ACK] Seq=1 Ack=4 Win=8192 Len=0',
  ];

  test('leave numbers, lengths and what they tell of the connection', () => {
    const dissector = new Dissector(REGISTRY);
    const packets = frames.map((bytes) => {
      const packet = dissectFrame(bytes.subarray(0, KEPT), 1, dissector, { length: bytes.length });
      return [infoOf(packet), packet.truncated, packet.malformed, packet.payloadEnd - packet.payloadStart];
    });
    expect(packets).toEqual(INFOS.map((info) => [`${info} [Packet cut by the capture]`, true, false, 0]));
    const flow = dissector.flows.flows[0]!;
    expect([flow.aPayload, flow.bPayload, flow.tcp!.retransmissions]).toEqual([6, 0, 1]);
  });

  test('of a header that is longer than its packet is malformed', () => {
    const bytes = ipv4Frame(6, tcp({ seq: 1, flags: ACK }).with(12, 0xf0));
    expect(dissectFrame(bytes).malformed).toBe(true);
  });
});
