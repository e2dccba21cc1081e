import { afterEach, expect, test, vi } from 'vitest';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { dns } from '../../../src/core/wire/app/dns/dns.ts';
import { imap } from '../../../src/core/wire/app/imap.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Faults } from '../../../src/core/wire/faults.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { ascii } from '../../support/headers.ts';
import { pathOf } from '../../support/wire.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

type Taker = Record<'segment' | 'datagram', (packet: Packet, dissector: Dissector) => unknown>;

/** A packet of which only the number matters. */
function numbered(number: number): Packet {
  const packet = new Packet();
  packet.number = number;
  return packet;
}

/** A segment on a connection to port 143. */
const segment = (seq: number, text: string): Uint8Array =>
  tcpFrame({ srcPort: 40_000, dstPort: 143, flags: 0x18, seq }, ascii(text));

function dissect(dissector: Dissector, packet: Packet, frame: Uint8Array): void {
  packet.begin(frame, 0, frame.length, frame.length, 0, 0, 0, 1);
  dissector.dissect(packet);
}

test('a packet counts once, however often something throws at it, and the first is told of', () => {
  const faults = new Faults();
  const packet = numbered(7);
  faults.note(packet, new TypeError('one'));
  faults.note(packet, new TypeError('two'));
  faults.note(numbered(9), 'three');
  expect(packet.malformed).toBe(true);
  expect(faults).toMatchObject({ count: 2, records: 0, firstPacket: 7, firstFilter: 'number == 7' });
  expect(faults.firstError?.message).toBe('one');
});

test('of a flow, the packets before it are picked too', () => {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  for (const frame of [udpFrame({ srcPort: 1, dstPort: 2 }, [1]), segment(1, 'a NOOP\r\n'), segment(9, 'b NOOP\r\n')]) {
    dissect(dissector, packet, frame);
  }
  dissector.faults.note(packet, new Error('x'));
  expect(dissector.faults.firstFilter).toBe('number <= 3 and tcp.stream == 0');
});

test('what is thrown is an error, whatever it was', () => {
  const faults = new Faults();
  faults.note(null, 'text');
  expect(faults).toMatchObject({ count: 1, records: 1, firstPacket: 0 });
  expect(faults.firstError).toEqual(new Error('text'));
});

test('a packet that a statistic throws at, records of which one cannot be made, an act that fails', () => {
  const faults = new Faults();
  const fail = (): never => {
    throw new RangeError('x');
  };
  faults.take(numbered(3), fail);
  faults.attempt(fail);
  const rows = faults.rows(function* () {
    yield 1;
    fail();
    yield 2;
  });
  expect([...rows]).toEqual([1]);
  expect(faults).toMatchObject({ count: 3, records: 2, firstPacket: 3 });
});

test('a dissector that throws makes its packet malformed, and the flow is read again from the next one', () => {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  dissect(dissector, packet, segment(1, 'a NO'));
  expect(dissector.pending.size).toBe(1);
  vi.spyOn(imap as Taker, 'segment').mockImplementationOnce((given) => {
    given.push(imap.id);
    throw new TypeError('x');
  });
  dissect(dissector, packet, segment(5, 'OP\r\n'));
  expect([pathOf(packet), packet.malformed, packet.flow?.aPackets]).toEqual(['eth/ip/tcp/imap', true, 2]);
  expect(packet.flow).toMatchObject({ application: null, applicationState: null });
  expect([dissector.pending.size, dissector.pending.bytes]).toEqual([0, 0]);
  dissect(dissector, packet, segment(9, 'b NOOP\r\n'));
  expect([pathOf(packet), packet.malformed, packet.flow?.aPackets]).toEqual(['eth/ip/tcp/imap', false, 3]);
  expect(dissector.faults).toMatchObject({ count: 1, firstPacket: 2 });
});

test('what throws at a datagram costs that packet alone, too', () => {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  vi.spyOn(dns as Taker, 'datagram').mockImplementation(() => {
    throw new TypeError('x');
  });
  for (let count = 0; count < 3; count++) dissect(dissector, packet, udpFrame({ srcPort: 1, dstPort: 53 }, [1]));
  expect([pathOf(packet), packet.malformed, packet.flow?.aPackets]).toEqual(['eth/ip/udp', true, 3]);
  expect(dissector.faults.count).toBe(3);
});
