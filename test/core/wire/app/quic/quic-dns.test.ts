import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { SessionSecrets } from '../../../../../src/core/keylog/session-secrets.ts';
import { REGISTRY } from '../../../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../../../src/core/wire/dissector.ts';
import { infoOf } from '../../../../../src/core/wire/packet-text.ts';
import { udpFrame } from '../../../../support/frames.ts';
import { octets } from '../../../../support/headers.ts';
import { crypto, handshakePacket, shortPacket, streamFrame } from '../../../../support/quic.ts';
import { Peers } from '../../../../support/quic-conversations.ts';
import { alpn, chosenVersion, clientHello, handshake, serverHello, versions } from '../../../../support/tls.ts';
import { toolIsMissing } from '../../../../support/tool.ts';
import { tsharkFields } from '../../../../support/tshark.ts';
import { dissectFrame, pathOf } from '../../../../support/wire.ts';

const LABELS = ['CLIENT_HANDSHAKE', 'SERVER_HANDSHAKE', 'CLIENT', 'SERVER'] as const;
const secretOf = (label: (typeof LABELS)[number]): Uint8Array => new Uint8Array(32).fill(1 + LABELS.indexOf(label));
const KEY_LOG = LABELS.map((label) => {
  const name = label.includes('_') ? `${label}_TRAFFIC_SECRET` : `${label}_TRAFFIC_SECRET_0`;
  return `${name} ${'5a'.repeat(32)} ${Buffer.from(secretOf(label)).toString('hex')}\n`;
}).join('');

/** A message for `x.example` with its length before it; `reply` with an address. */
function dnsMessage(letter: string, reply: boolean): number[] {
  const name = [1, letter.charCodeAt(0), ...octets('076578616d706c6500 0001 0001'.replaceAll(' ', ''))];
  const head = octets(reply ? '000081800001000100000000' : '000001000001000000000000');
  const answer = reply ? octets('c00c00010001000000 3c0004c0000207'.replaceAll(' ', '')) : [];
  const message = [...head, ...name, ...answer];
  return [message.length >> 8, message.length & 255, ...message];
}

/** Datagrams of a connection with this protocol, which the server chose. */
function connection(name: string): Uint8Array[] {
  const peers = new Peers(1);
  const { client, server } = peers;
  const frames: Uint8Array[] = [];
  const [asked, answered] = [
    { srcPort: 40_000, dstPort: 853 },
    { srcPort: 853, dstPort: 40_000 },
  ];
  const ends = { from: [10, 0, 0, 2], to: [10, 0, 0, 1], ...answered };
  const ask = (bytes: number[]): number =>
    frames.push(udpFrame({ from: [10, 0, 0, 1], to: [10, 0, 0, 2], ...asked }, bytes));
  const answer = (bytes: number[]): number => frames.push(udpFrame(ends, bytes));
  const [ofClient, ofServer] = [secretOf('CLIENT'), secretOf('SERVER')];
  ask(peers.ask(crypto(0, handshake(1, clientHello({ extensions: [versions(0x0304), alpn(name)] })))));
  const chosen = handshake(8, [0, 6 + 1 + name.length, ...extension(name)]);
  answer([
    ...peers.answer(crypto(0, handshake(2, serverHello(0x1301, [chosenVersion(0x0304)])))),
    ...handshakePacket(client, server, 0, crypto(0, chosen), secretOf('SERVER_HANDSHAKE')),
  ]);
  ask(shortPacket(server, 0, streamFrame(0, 0, dnsMessage('a', false), true), ofClient));
  const reply = dnsMessage('a', true);
  answer(shortPacket(client, 0, streamFrame(0, 0, reply.slice(0, 1)), ofServer));
  answer(shortPacket(client, 1, streamFrame(0, 1, reply.slice(1, 20)), ofServer));
  answer(shortPacket(client, 2, streamFrame(0, 20, reply.slice(20), true), ofServer));
  ask(
    shortPacket(
      server,
      1,
      ['b', 'c'].flatMap((letter, index) => streamFrame(4 + 4 * index, 0, dnsMessage(letter, false), true)),
      ofClient,
    ),
  );
  answer(
    shortPacket(
      client,
      3,
      ['c', 'b'].flatMap((letter, index) => streamFrame(8 - 4 * index, 0, dnsMessage(letter, true), true)),
      ofServer,
    ),
  );
  return frames;
}

/** ALPN with one name. */
function extension(name: string): number[] {
  return [0, 16, 0, 3 + name.length, 0, 1 + name.length, name.length, ...Buffer.from(name)];
}

function read(frames: readonly Uint8Array[], withKeys: boolean): { path: string; info: string; messages: number }[] {
  const secrets = withKeys ? new SessionSecrets() : null;
  secrets?.addWhole(Buffer.from(KEY_LOG));
  const dissector = new Dissector(REGISTRY, { secrets });
  return frames.map((bytes) => {
    const packet = dissectFrame(bytes, 1, dissector);
    return { path: pathOf(packet), info: infoOf(packet), messages: packet.messageCount };
  });
}

test('queries and answers of DNS over QUIC, each where it is whole', () => {
  const frames = connection('doq');
  const own = read(frames, true);
  const quic = 'eth/ip/udp/quic';
  const dns = `${quic}/dns`;
  expect(own.map(({ path }) => path)).toEqual([
    ...[quic, `${quic}/quic`, dns, quic, quic, dns, `${dns}/dns`, `${dns}/dns`],
  ]);
  expect(own[2]!.info).toBe('Standard query 0x0000 A a.example');
  expect(own[5]!.info).toBe('Standard query response 0x0000 A a.example A 192.0.2.7');
  if (toolIsMissing('tshark')) return;
  const folder = mkdtempSync(path.join(tmpdir(), 'netwatch-keys-'));
  try {
    const keys = path.join(folder, 'keys');
    writeFileSync(keys, KEY_LOG);
    const options = ['-d', 'udp.port==853,quic', '-o', `tls.keylog_file:${keys}`];
    const wanted = ['_ws.col.Info', 'dns.qry.name'];
    const said = tsharkFields(
      frames.map((bytes) => ({ bytes })),
      wanted,
      options,
    ).map((line) => line.split('\t'));
    // it takes each of the three pieces in which the first answer comes for a message
    expect(said.slice(3, 6).every(([info]) => info!.includes('Malformed'))).toBe(true);
    // of two messages its summary tells the last
    for (const index of [2, 6, 7]) {
      const [info] = said[index]!;
      expect(info).toMatch(/^Standard query .*example/);
      expect(own[index]!.info.slice(-info!.length)).toBe(info);
    }
    const names = said.map(([, name]) => name!.split(',').filter((one) => one !== ''));
    expect([names[0], names[1], names[6], names[7]]).toEqual([
      [],
      [],
      ['b.example', 'c.example'],
      ['c.example', 'b.example'],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('neither without keys nor under the name of another protocol is anything taken for DNS', () => {
  for (const own of [read(connection('doq'), false), read(connection('dot'), true)]) {
    expect(own.some(({ path }) => path.includes('dns'))).toBe(false);
  }
});
