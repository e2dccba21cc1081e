import { expect, test } from 'vitest';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { quic } from '../../../src/core/wire/app/quic/quic.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { ascii, ethernet, ipv4, ipv6, octets, udp } from '../../support/headers.ts';
import { damageFile, dissectFrame, everyPrefixAndFlip, pathOf } from '../../support/wire.ts';

const DATAGRAM = udp(40_000, 40_001, ascii('hello'));
const UNREACHABLE = octets('03 03 0000 00000000');
const UNREACHABLE_6 = octets('01 04 0000 00000000');
const back = { from: [10, 0, 0, 2], to: [10, 0, 0, 1] };
const SENT = ethernet(0x0800, ipv4(17, DATAGRAM));
const SENT_6 = ethernet(0x86dd, ipv6(17, DATAGRAM));
const ERROR = ethernet(0x0800, ipv4(1, [...UNREACHABLE, ...ipv4(17, DATAGRAM)], back));
const ERROR_6 = ethernet(0x86dd, ipv6(58, [...UNREACHABLE_6, ...ipv6(17, DATAGRAM)]));

test.each([
  ['IPv4', SENT, ERROR, 'eth/ip/icmp'],
  ['IPv6', SENT_6, ERROR_6, 'eth/ipv6/icmpv6'],
])('%s: a quoted datagram is of the protocol its flow is known for, and counts for no flow', (_, sent, error, path) => {
  const dissector = new Dissector(REGISTRY);
  const { flow } = dissectFrame(Uint8Array.from(sent), 1, dissector);
  expect(pathOf(dissectFrame(Uint8Array.from(error), 1, dissector))).toBe(path);
  flow!.application = quic;
  const packet = dissectFrame(Uint8Array.from(error), 1, dissector);
  expect(pathOf(packet)).toBe(`${path}/quic`);
  expect(packet.flow).toBeNull();
  expect(flow).toMatchObject({ aPackets: 1, bPackets: 0 });
  expect(dissector.flows.flows).toHaveLength(1);
});

test('the packet keeps the addresses it was sent with', () => {
  const packet = dissectFrame(Uint8Array.from(ERROR));
  expect([packet.ipVersion, packet.src0, packet.dst0]).toEqual([4, 0x0a000002, 0x0a000001]);
});

test('stops when short', async () => {
  const damage: string[] = [];
  damage.push(everyPrefixAndFlip(Uint8Array.from(ERROR)));
  damage.push(everyPrefixAndFlip(Uint8Array.from(ERROR_6)));
  await expect(damage.join('\n')).toMatchFileSnapshot(damageFile('quoted-flow'));
});
