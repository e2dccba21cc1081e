import { expect, test } from 'vitest';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { readClientHello } from '../../../../src/core/wire/app/tls/tls-hello.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { Packet } from '../../../../src/core/wire/packet.ts';
import { udpFrame } from '../../../support/frames.ts';
import { octets, u16, u32 } from '../../../support/headers.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { clientHello, handshake, record, serverName } from '../../../support/tls.ts';
import { damageFile, dissectFrame, everyPrefixAndFlip, pathOf, print } from '../../../support/wire.ts';

const SESSION = octets('a1a2a3a4a5a6a7a8');
const HMAC = [...new Array<number>(20).fill(0x5c), ...u32(1), ...u32(0x5e3e7b98)];
const CONTROL = 0x20;
const ACK = 0x28;
const control = (id: number, piece: readonly number[], hmac: readonly number[] = HMAC): number[] => [
  ...[CONTROL, ...SESSION, ...hmac, 1],
  ...[...u32(7), ...SESSION, ...u32(id), ...piece],
];
const RESET = [0x38, ...SESSION, ...HMAC, 0, ...u32(0)];
const ACKNOWLEDGEMENT = [ACK, ...SESSION, ...HMAC, 1, ...u32(0), ...SESSION];
const framed = (message: readonly number[]): number[] => [...u16(message.length), ...message];
const HELLO = record(
  22,
  handshake(1, clientHello({ extensions: [serverName('vpn.example'), [21, new Array(80).fill(0)]] })),
);

/** Path and server name of datagrams of one connection. */
function datagrams(...messages: readonly (readonly number[])[]): string[] {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  return messages.map((message) => {
    dissectFrame(udpFrame({ srcPort: 40_000, dstPort: 1194 }, message), 1, dissector, { packet });
    return `${pathOf(packet).replace('eth/ip/udp/', '')}${serverNameIn(packet)}`;
  });
}

function serverNameIn(packet: Packet): string {
  if (packet.messageCount === 0) return '';
  const { bytes, start, end } = packet.messages[0]!;
  return ` ${readClientHello(bytes, start, end, false)?.serverName}`;
}

test('resets, acknowledgements and data hold nothing, control messages hold TLS', () => {
  expect(datagrams(RESET, ACKNOWLEDGEMENT, [0x30, ...SESSION], control(1, HELLO))).toEqual([
    'openvpn',
    'openvpn',
    'openvpn',
    'openvpn/tls vpn.example',
  ]);
});

test('without tls-auth', () => {
  expect(datagrams(control(1, HELLO, []))).toEqual(['openvpn/tls vpn.example']);
});

test('pieces of 100 bytes wait for a last one', () => {
  expect(HELLO.length).toBeGreaterThan(100);
  expect(datagrams(control(1, HELLO.slice(0, 100)), control(2, HELLO.slice(100)))).toEqual([
    'openvpn',
    'openvpn/tls vpn.example',
  ]);
});

test('over TCP each message has its length in front', () => {
  const connection = new TcpConversation(1194);
  expect(connection.client(framed(RESET))).toBe('tcp/openvpn');
  expect(connection.client([...framed(ACKNOWLEDGEMENT), ...framed(control(1, HELLO))])).toBe('tcp/openvpn/openvpn/tls');
  expect(print(connection.packet).info.slice(-3)[0]).toBe('MessageType: P_ACK_V1');
  const [first, rest] = [framed(control(2, HELLO)).slice(0, 40), framed(control(2, HELLO)).slice(40)];
  expect(connection.client(first)).toBe('tcp');
  expect(connection.client(rest)).toBe('tcp/openvpn/tls/tcp.segments');
});

test('stops when short', async () => {
  const damage: string[] = [];
  damage.push(everyPrefixAndFlip(udpFrame({ srcPort: 40_000, dstPort: 1194 }, control(1, HELLO))));
  await expect(damage.join('\n')).toMatchFileSnapshot(damageFile('openvpn'));
});
