import { expect, test } from 'vitest';
import { FlowNames } from '../../../src/core/stream/flow-names.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { udpFrame } from '../../support/frames.ts';
import { crypto, initial } from '../../support/quic.ts';
import { TcpConversation } from '../../support/tcp-conversation.ts';
import { clientHello, handshake, record, serverHello, serverName } from '../../support/tls.ts';
import { dissectFrame } from '../../support/wire.ts';

/** The name of the first flow of these frames. */
function nameIn(frames: readonly Uint8Array[]): string | null {
  const dissector = new Dissector(REGISTRY);
  const packet = new Packet();
  const names = new FlowNames();
  for (const frame of frames) names.ingest(dissectFrame(frame, 1, dissector, { packet }));
  return names.nameOf(dissector.flows.flows[0]!);
}

function talk(port: number, ...turns: readonly (string | readonly number[])[]): readonly Uint8Array[] {
  const connection = new TcpConversation(port);
  for (const [index, said] of turns.entries()) connection[index % 2 === 0 ? 'client' : 'server'](said);
  return connection.frames;
}

const hello = (name: string): number[] => handshake(1, clientHello({ extensions: [serverName(name)] }));

test.each<[string, readonly Uint8Array[], string | null]>([
  ['TLS', talk(443, record(22, hello('tls.example'))), 'tls.example'],
  ['TLS without a name', talk(443, record(22, handshake(1, clientHello()))), null],
  ['the answer of TLS', talk(443, [], record(22, handshake(2, serverHello(0x1301)))), null],
  ['QUIC', [udpFrame({ srcPort: 50_000, dstPort: 443 }, initial(crypto(0, hello('quic.example'))))], 'quic.example'],
  ['HTTP', talk(80, 'GET / HTTP/1.1\r\nHost: web.example\r\n\r\n'), 'web.example'],
  ['HTTP without a host', talk(80, 'GET / HTTP/1.0\r\n\r\n'), null],
  ['a response of HTTP', talk(80, '', 'HTTP/1.1 200 OK\r\nHost: not.this\r\nContent-Length: 0\r\n\r\n'), null],
  [
    'the first of two requests',
    talk(80, 'GET / HTTP/1.1\r\nHost: one\r\n\r\nGET / HTTP/1.1\r\nHost: two\r\n\r\n'),
    'one',
  ],
  [
    'the first request that has one',
    talk(80, 'GET / HTTP/1.0\r\n\r\n', '', 'GET / HTTP/1.1\r\nHost: late\r\n\r\n'),
    'late',
  ],
  ['no application', [udpFrame({ srcPort: 4000, dstPort: 9999 }, [1, 2, 3])], null],
])('%s', (_what, frames, expected) => {
  expect(nameIn(frames)).toBe(expected);
});
