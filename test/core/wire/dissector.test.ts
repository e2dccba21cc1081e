import { describe, expect, test } from 'vitest';
import { ALL_PROTOCOLS, REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector, MAX_HEADERS } from '../../../src/core/wire/dissector.ts';
import { MAX_LAYERS, type Packet } from '../../../src/core/wire/packet.ts';
import { ascii, ethernet, ipv4, type Octets, octets, tcp, udp } from '../../support/headers.ts';
import { dissectFrame, pathOf } from '../../support/wire.ts';

const frame = (...payload: Octets): Uint8Array => Uint8Array.from(payload);
const CLIENT = [10, 0, 0, 1];
const SERVER = [10, 0, 0, 2];
const HELLO = udp(40_000, 40_001, ascii('hello'));
const UDP = frame(...ethernet(0x0800, ipv4(17, HELLO)));

test('a link type nobody knows is left alone', () => {
  const packet = dissectFrame(UDP, 200);
  expect([packet.layerCount, packet.flow, packet.malformed]).toEqual([0, null, false]);
});

test('flows count frames as they were on the wire, and payload, for each direction', () => {
  const dissector = new Dissector(REGISTRY);
  const back = frame(...ethernet(0x0800, ipv4(17, udp(40_001, 40_000, []), { from: SERVER, to: CLIENT })));
  dissectFrame(UDP, 1, dissector, { seconds: 100, nanoseconds: 5 });
  dissectFrame(UDP.subarray(0, 45), 1, dissector, { length: UDP.length, seconds: 101 });
  const { flow } = dissectFrame(back, 1, dissector, { seconds: 102, nanoseconds: 7 });
  expect(flow).toMatchObject({
    ...{ aPackets: 2, aBytes: 2 * UDP.length, aPayload: 10, bPackets: 1, bBytes: back.length, bPayload: 0 },
    ...{ firstSeconds: 100, firstNanoseconds: 5, lastSeconds: 102, lastNanoseconds: 7 },
  });
});

test('each transport of a tunnel counts for its own addresses', () => {
  const dissector = new Dissector(REGISTRY);
  const inner = ethernet(0x0800, ipv4(17, HELLO, { from: [192, 168, 0, 1], to: [192, 168, 0, 2] }));
  const bytes = ethernet(0x0800, ipv4(17, udp(50_000, 4789, [...octets('08000000 00000700'), ...inner])));
  const packet = dissectFrame(frame(...bytes), 1, dissector);
  expect(packet.flow).toMatchObject({ aPort: 40_000, bPort: 40_001, aPackets: 1, aBytes: bytes.length, aPayload: 5 });
  expect(dissector.flows.flows.map(({ bPort, aPackets }) => [bPort, aPackets])).toEqual([
    [4789, 1],
    [40_001, 1],
  ]);
});

test('what an ICMP error quotes is shown, and is no packet of a flow', () => {
  const dissector = new Dissector(REGISTRY);
  const error = [...octets('0303 0000 00000000'), ...ipv4(17, HELLO.slice(0, 8), { total: 33 })];
  const packet = dissectFrame(frame(...ethernet(0x0800, ipv4(1, error))), 1, dissector);
  expect(pathOf(packet)).toBe('eth/ip/icmp');
  expect([packet.layerCount, packet.flow, packet.truncated, packet.malformed]).toEqual([5, null, false, false]);
  expect(dissector.flows.flows).toEqual([]);
});

describe('without applications', () => {
  const path = (payload: Octets): string =>
    pathOf(dissectFrame(frame(...payload), 1, new Dissector(REGISTRY, { applications: false })));

  test('payload is not looked into', () => {
    expect(path(ethernet(0x0800, ipv4(17, udp(40_000, 123, octets(`23${'00'.repeat(47)}`)))))).toBe('eth/ip/udp');
    expect(path(ethernet(0x0800, ipv4(6, tcp({ to: 80 }, ascii('GET / HTTP/1.1\r\n\r\n')))))).toBe('eth/ip/tcp');
  });

  test('tunnels are', () => {
    const tunnel = udp(40_000, 4789, [...octets('08000000 00000700'), ...UDP]);
    expect(path(ethernet(0x0800, ipv4(17, tunnel)))).toBe('eth/ip/udp/vxlan/eth/ip/udp');
  });
});

describe('the protocol of a datagram', () => {
  const NTP = octets(`23${'00'.repeat(47)}`);
  const dht = ascii('d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe');
  const pathOfDatagram = (from: number, to: number, payload: Octets): string =>
    pathOf(dissectFrame(frame(...ethernet(0x0800, ipv4(17, udp(from, to, payload)))))).replace('eth/ip/udp', '');

  test.each([
    ['the lower port is asked first', 69, 123, [0, 1, ...ascii('a\0octet\0')], '/tftp'],
    ['on whichever side it is', 123, 69, [0, 1, ...ascii('a\0octet\0')], '/tftp'],
    ['then the higher one', 69, 123, NTP, '/ntp'],
    ['then the content', 69, 40_000, dht, '/bt-dht'],
    ['then nobody', 69, 40_000, ascii('hello'), ''],
    ['nor for no payload', 123, 40_000, [], ''],
  ])('%s', (_, from, to, payload, path) => expect(pathOfDatagram(from, to, payload)).toBe(path));
});

test('headers that nest without end are given up', () => {
  const tags = Array.from({ length: 100 }, () => octets('0001 8100')).flat();
  const packet = dissectFrame(frame(...ethernet(0x8100, [...tags, ...octets('0001 0800'), ...ipv4(17, HELLO)])));
  expect([packet.layerCount, packet.malformed]).toEqual([MAX_HEADERS, true]);
  // eth and UDP, and as many of IP between them as there is room for
  const nested = (depth: number): Packet => {
    let inner: number[] = HELLO;
    for (let level = 0; level < depth; level++) inner = ipv4(level === 0 ? 17 : 4, inner);
    return dissectFrame(frame(...ethernet(0x0800, inner)));
  };
  expect(nested(100)).toMatchObject({ layerCount: MAX_HEADERS, malformed: true });
  expect(nested(MAX_HEADERS - 1)).toMatchObject({ layerCount: MAX_HEADERS, malformed: true });
  expect(nested(MAX_HEADERS - 2)).toMatchObject({ layerCount: MAX_HEADERS, malformed: false });
});

test('one packet object serves every frame: nothing of the last one stays', () => {
  const dissector = new Dissector(REGISTRY);
  const query = octets('0001 0100 0001 0000 0000 0000 0161 00 0001 0001');
  const dns = frame(...ethernet(0x0800, ipv4(17, udp(40_000, 53, query))));
  const packet: Packet = dissectFrame(dns, 1, dissector);
  expect([packet.messageCount, packet.transport]).toEqual([1, 17]);
  dissectFrame(dns.subarray(0, 20), 1, dissector, { packet });
  expect([packet.messageCount, packet.transport, packet.flow, packet.ipVersion, packet.malformed]).toEqual([
    ...[0, 0, null, 0, true],
  ]);
  dissectFrame(frame(...ethernet(0x1234, [])), 1, dissector, { packet });
  expect([packet.malformed, packet.layerCount]).toEqual([false, 1]);
});

describe('a frame that ends in a header', () => {
  const HEADERS_END = 14 + 20 + 8;
  const lengths = Array.from({ length: UDP.length }, (_, length) => length);

  test('is truncated, when the capture cut it', () => {
    const cut = lengths.map((length) => dissectFrame(UDP.subarray(0, length), 1, undefined, { length: UDP.length }));
    expect(cut.map(({ truncated }) => truncated)).toEqual(lengths.map((length) => length < HEADERS_END));
    expect(cut.some(({ malformed }) => malformed)).toBe(false);
  });

  test('is malformed, when it was sent so', () => {
    const short = lengths.map((length) => dissectFrame(UDP.subarray(0, length)));
    expect(short.map(({ malformed }) => malformed)).toEqual(lengths.map((length) => length < HEADERS_END));
    expect(short.some(({ truncated }) => truncated)).toBe(false);
  });
});

test('no two protocols claim one number', () => {
  const tables = ['linkTypes', 'etherTypes', 'ipProtocols', 'pppProtocols', 'llcSaps', 'udpPorts', 'tcpPorts'] as const;
  for (const table of tables) {
    const claimed = ALL_PROTOCOLS.flatMap((protocol) => protocol[table] ?? []);
    expect([table, claimed.length]).toEqual([table, new Set(claimed).size]);
  }
});

test('more messages in a segment than are listed are read, and no fault of it', () => {
  const ping = octets('c000');
  const publish = octets('3003 0001 61');
  const dissector = new Dissector(REGISTRY);
  const segment = (seq: number, payload: Octets): Uint8Array =>
    frame(...ethernet(0x0800, ipv4(6, tcp({ from: 40_000, to: 1883, seq }, payload))));
  const many = Array.from({ length: 100 }, () => ping).flat();
  const first = dissectFrame(segment(1, [...many, ...publish.slice(0, 3)]), 1, dissector);
  expect([first.malformed, first.layerCount, first.needed]).toEqual([false, MAX_LAYERS, 2]);
  const second = dissectFrame(segment(204, publish.slice(3)), 1, dissector);
  expect([second.malformed, pathOf(second)]).toEqual([false, 'eth/ip/tcp/mqtt/tcp.segments']);
});
