import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { openCaptureReader } from '../../../src/core/capture/open-capture-reader.ts';
import { SessionSecrets } from '../../../src/core/keylog/session-secrets.ts';
import { setupFor } from '../../../src/core/packet/filter-setup.ts';
import { PacketFeed } from '../../../src/core/packet/packet-feed.ts';
import { compilePacketFilter } from '../../../src/core/packet/packet-filter.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { PREFACE } from '../../../src/core/wire/app/http/http2.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { sourceOf } from '../../support/captures.ts';
import { DATAGRAMS, type Said, TALKS } from '../../support/conversations.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { ascii, u16 } from '../../support/headers.ts';
import { capturePath, keysPath } from '../../support/keyed-capture.ts';
import { TcpConversation } from '../../support/tcp-conversation.ts';
import { dissectFrame } from '../../support/wire.ts';

const DNS = DATAGRAMS.dns!;
const QUERY = [...u16(DNS.length), ...DNS];
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const CONNECT = 'CONNECT 10.0.0.3:53 HTTP/1.1\r\n\r\n';
const UPGRADE = 'GET / HTTP/1.1\r\nUpgrade: H2C\r\n\r\n';
const SWITCHING = 'HTTP/1.1 101 x\r\nUpgrade: h2c\r\n\r\n';
const EMPTY = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const REPLY = 'HTTP/1.1 200 OK\r\n\r\n';
const SDP =
  'INVITE sip:a@b SIP/2.0\r\nContent-Type: application/sdp\r\nContent-Length: 43\r\n\r\nc=IN IP4 10.0.0.9\r\nm=audio 5004 RTP/AVP 0\r\n\r\n';
const frame = (type: number, flags: number, payload: readonly number[]): number[] => [
  ...[0, ...u16(payload.length), type, flags, 0, 0, 0, 1],
  ...payload,
];
/** The status 200 and a type of content. */
const HEADERS = frame(1, 4, [0x88, 0x5f, 23, ...ascii('application/dns-message')]);

function framesOf(port: number, said: readonly Said[]): readonly Uint8Array[] {
  const connection = new TcpConversation(port);
  for (const [sender, payload] of said) {
    if (sender === 'C') connection.client(payload as string);
    else connection.server(payload as string);
  }
  return connection.frames;
}

const filter = compilePacketFilter('dns');
const leastFor = (): Dissector => new Dissector(REGISTRY, setupFor(filter));

/** The numbers of the frames with DNS. */
function passing(frames: readonly Uint8Array[], dissector: Dissector): number[] {
  const packet = new Packet();
  return frames.flatMap((bytes, index) => {
    dissectFrame(bytes, 1, dissector, { packet, seconds: 1 + index });
    return filter.matches(packet) ? [index] : [];
  });
}

describe.each<[string, number, readonly Said[]]>([
  ['on its port', 53, [['C', QUERY]]],
  [
    'in pieces',
    53,
    [
      ['C', QUERY.slice(0, 9)],
      ['C', QUERY.slice(9)],
    ],
  ],
  ['behind what a proxy says', 53, [['C', [...ascii('PROXY TCP4 10.0.0.1 10.0.0.2 1 53\r\n'), ...QUERY]]]],
  [
    'in a tunnel of HTTP',
    8000,
    [
      ['C', CONNECT],
      ['S', REPLY],
      ['C', QUERY],
    ],
  ],
  [
    'in one that is asked for later',
    80,
    [
      ['C', GET],
      ['S', EMPTY],
      ['C', CONNECT],
      ['S', REPLY],
      ['C', QUERY],
    ],
  ],
  [
    'in one that is asked for at once',
    80,
    [
      ['C', GET + CONNECT],
      ['S', EMPTY + REPLY],
      ['C', QUERY],
    ],
  ],
  [
    'behind SOCKS',
    1080,
    [
      ['C', [4, 1, 0, 53, 10, 0, 0, 3, 0]],
      ['S', [0, 90, 0, 53, 10, 0, 0, 3]],
      ['C', QUERY],
    ],
  ],
  [
    'in HTTP/2',
    9000,
    [
      ['C', [...ascii(PREFACE), ...frame(4, 0, [])]],
      ['S', [...HEADERS, ...frame(0, 1, DNS)]],
    ],
  ],
  [
    'in HTTP/2 that was asked for',
    80,
    [
      ['C', UPGRADE],
      ['S', [...ascii(SWITCHING), ...HEADERS, ...frame(0, 1, DNS)]],
    ],
  ],
])('DNS %s is found', (_, port, said) => {
  test('where nothing else is asked for', () => {
    const frames = framesOf(port, said);
    const all = passing(frames, new Dissector(REGISTRY));
    expect(all.at(-1)).toBe(frames.length - 1);
    expect(passing(frames, leastFor())).toEqual(all);
  });
});

test.each(Object.keys(TALKS))('%s: what it asks for is found as where all is dissected', (name) => {
  const { port, said } = TALKS[name]!;
  const frames = framesOf(port, said);
  expect(passing(frames, leastFor())).toEqual(passing(frames, new Dissector(REGISTRY)));
});

test('what a call announces is no DNS, whatever it looks like', () => {
  const call = tcpFrame({ srcPort: 40_000, dstPort: 5060, flags: 0x18, seq: 1 }, ascii(SDP));
  const media = udpFrame({ from: [10, 0, 0, 8], to: [10, 0, 0, 9], srcPort: 5004, dstPort: 5004 }, DNS);
  const frames = [udpFrame({ srcPort: 6000, dstPort: 6001 }, DNS), call, media];
  expect(passing(frames, new Dissector(REGISTRY))).toEqual([0]);
  expect(passing(frames, leastFor())).toEqual([0]);
});

test('connections in which it cannot be are not read', () => {
  const dissector = leastFor();
  passing(framesOf(443, TALKS.http2!.said.slice(1)), dissector);
  passing(
    framesOf(80, [
      ['C', GET],
      ['S', REPLY],
    ]),
    dissector,
  );
  expect(dissector.flows.flows.map(({ tcp, application }) => [tcp?.isRead, application])).toEqual([
    [false, null],
    [false, null],
  ]);
});

test.each(['tls-streams', 'tls-alpn', 'quic-early'])('with the keys of %s all is read', async (name) => {
  const countOf = async (setup: object): Promise<number> => {
    const secrets = new SessionSecrets();
    secrets.addWhole(fs.readFileSync(keysPath(name)));
    const reader = await openCaptureReader(sourceOf(fs.readFileSync(capturePath(name))));
    const feed = new PacketFeed(reader, new Dissector(REGISTRY, { ...setup, secrets }));
    let count = 0;
    feed.listen((packet) => {
      if (filter.matches(packet)) count++;
    });
    await feed.run(new AbortController().signal);
    return count;
  };
  expect(await countOf(setupFor(filter))).toBe(await countOf({}));
});
