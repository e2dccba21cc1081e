import { describe, expect, test } from 'vitest';
import { EXPERTS } from '../../../../../src/core/wire/expert.ts';
import { tcpFrame, udpFrame } from '../../../../support/frames.ts';
import { TcpConversation } from '../../../../support/tcp-conversation.ts';
import { toolIsMissing } from '../../../../support/tool.ts';
import { tsharkFields } from '../../../../support/tshark.ts';
import { damageFile, dissectFrame, everyPrefixAndFlip, hex, pathOf, print } from '../../../../support/wire.ts';

/** A query for the AAAA records of `example.org`. */
const QUERY = [...hex('1a2b 0100 0001 0000 0000 0000 07 6578616d706c65 03 6f7267 00 001c 0001')];
/** Its answer: 2001:db8::1. */
const ANSWER = [
  ...hex('1a2b 8180 0001 0001 0000 0000 07 6578616d706c65 03 6f7267 00 001c 0001'),
  ...hex('c00c 001c 0001 0000003c 0010 20010db8000000000000000000000001'),
];
const prefixed = (message: readonly number[]): number[] => [message.length >> 8, message.length & 255, ...message];
const udp = (payload: readonly number[], port = 53): Uint8Array =>
  udpFrame({ srcPort: 40_000, dstPort: port }, payload);

test('a query is one message, told by id, type and name', () => {
  const packet = dissectFrame(udp(QUERY));
  expect(pathOf(packet)).toBe('eth/ip/udp/dns');
  expect(packet.messageCount).toBe(1);
  expect(packet.messages[0]).toMatchObject({ start: 42, end: 42 + QUERY.length, direction: 0 });
  expect(print(packet).info.at(-1)).toBe('Standard query 0x1a2b AAAA example.org');
});

test('a response tells its answers', () => {
  const packet = dissectFrame(udp(ANSWER));
  expect(print(packet).info.at(-1)).toBe('Standard query response 0x1a2b AAAA example.org AAAA 2001:db8::1');
  expect(print(packet).fields.slice(-6)).toEqual([
    'Transaction ID: 0x1a2b',
    'Response: true',
    'Opcode: Standard query',
    'Reply code: NOERROR',
    'Query: example.org: type AAAA',
    'Answer: example.org: type AAAA, TTL 60, 2001:db8::1',
  ]);
});

test('a name that does not exist is told as a note', () => {
  const packet = dissectFrame(udp([...QUERY.slice(0, 2), 0x81, 0x83, ...QUERY.slice(4)]));
  expect(print(packet).info.at(-1)).toBe('Standard query response 0x1a2b NXDOMAIN AAAA example.org');
  expect(packet.expertCount).toBe(1);
  expect(EXPERTS[packet.experts[0]!]!.id).toMatch(/^dns\./);
});

test.each([
  ['mdns', 5353],
  ['llmnr', 5355],
])('%s speaks the same on its port', (name, port) => {
  const packet = dissectFrame(udp(QUERY, port));
  expect(pathOf(packet)).toBe(`eth/ip/udp/${name}`);
  expect(print(packet).info.at(-1)).toBe('Standard query 0x1a2b AAAA example.org');
  expect(packet.messageCount).toBe(1);
});

test('a datagram too short for a header is malformed, or cut', () => {
  const frame = udp(QUERY.slice(0, 11));
  expect(dissectFrame(frame)).toMatchObject({ malformed: true, truncated: false, messageCount: 0 });
  const cut = dissectFrame(udp(QUERY).slice(0, 42 + 11), 1, undefined, { length: 42 + QUERY.length });
  expect(cut).toMatchObject({ malformed: false, truncated: true, messageCount: 0 });
  expect(pathOf(dissectFrame(udp([])))).toBe('eth/ip/udp');
});

test('messages over TCP: several in a segment, one in several, its length too', () => {
  const connection = new TcpConversation(53);
  expect(connection.client([...prefixed(QUERY), ...prefixed(QUERY)])).toBe('tcp/dns/dns');
  expect(connection.packet.messageCount).toBe(2);
  const whole = prefixed(ANSWER);
  expect(connection.server(whole.slice(0, 1))).toBe('tcp');
  expect(connection.server(whole.slice(1, 20))).toBe('tcp');
  expect(connection.server(whole.slice(20))).toBe('tcp/dns/tcp.segments');
  expect(connection.packet.messages[0]).toMatchObject({ length: ANSWER.length, direction: 1 });
});

describe('over TCP on the port of multicast DNS', () => {
  const talk = (): { readonly paths: readonly string[]; readonly frames: readonly Uint8Array[] } => {
    const connection = new TcpConversation(5353);
    const whole = prefixed(ANSWER);
    const paths = [
      connection.client(prefixed(QUERY)),
      connection.server(whole.slice(0, 9)),
      connection.server(whole.slice(9)),
      connection.server([...whole, ...whole]),
    ];
    return { paths, frames: connection.frames };
  };

  test('it is DNS', () => {
    expect(talk().paths).toEqual(['tcp/dns', 'tcp', 'tcp/dns/tcp.segments', 'tcp/dns/dns']);
  });

  test.skipIf(toolIsMissing('tshark'))('as tshark has it', () => {
    const ours = talk();
    expect(
      tsharkFields(
        ours.frames.map((bytes) => ({ bytes })),
        ['frame.protocols', 'dns.qry.name'],
      ).slice(2),
    ).toEqual([
      'eth:ethertype:ip:tcp:dns\texample.org',
      'eth:ethertype:ip:tcp\t',
      'eth:ethertype:ip:tcp:dns\texample.org',
      'eth:ethertype:ip:tcp:dns\texample.org,example.org',
    ]);
  });
});

test('a message over TCP that is too short is malformed, also before another', () => {
  const connection = new TcpConversation(53);
  expect(connection.client([...prefixed(QUERY.slice(0, 3)), ...prefixed(QUERY)])).toBe('tcp/dns/dns');
  expect(connection.packet).toMatchObject({ malformed: true, truncated: false, messageCount: 1 });
});

test('damaged messages do no harm', async () => {
  const damage: string[] = [];
  damage.push(everyPrefixAndFlip(udp(ANSWER)));
  damage.push(everyPrefixAndFlip(tcpFrame({ srcPort: 53, dstPort: 40_000, flags: 0x18 }, prefixed(ANSWER))));
  await expect(damage.join('\n')).toMatchFileSnapshot(damageFile('dns'));
});

test('a query, and its answer, are recognised on any port', () => {
  expect(pathOf(dissectFrame(udp(QUERY, 443)))).toBe('eth/ip/udp/dns');
  expect(pathOf(dissectFrame(udp(ANSWER, 9999)))).toBe('eth/ip/udp/dns');
});

test.each([
  ['another opcode', 2, [0x09, 0x00]],
  ['no question', 4, [0, 0]],
  ['two questions', 4, [0, 2]],
  ['a query with answers', 6, [0, 1]],
  ['more additional records than any', 10, [0, 11]],
])('%s is not, on a port of nobody', (_, at, bytes) => {
  const message = [...QUERY];
  message.splice(at, 2, ...bytes);
  expect(pathOf(dissectFrame(udp(message, 9999)))).toBe('eth/ip/udp');
});
