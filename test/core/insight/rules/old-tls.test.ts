import { expect, test } from 'vitest';
import { oldTls } from '../../../../src/core/insight/rules/old-tls.ts';
import { findingsOf, opened } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { chosenVersion, clientHello, handshake, record, serverHello, versions } from '../../../support/tls.ts';

/** A handshake: what the client offers, then what the server chooses. */
function session(offered: readonly number[], version: number, cipher: number): readonly Uint8Array[] {
  const talk = new TcpConversation(443);
  const is13 = version === 0x0304;
  const hello = offered.length === 1 ? { version: offered[0]! } : { extensions: [versions(...offered)] };
  talk.client(record(22, handshake(1, clientHello(hello))));
  const answer = serverHello(cipher, is13 ? [chosenVersion(version)] : null, is13 ? 0x0303 : version);
  talk.server(record(22, handshake(2, answer)));
  return talk.frames;
}

test('TLS 1.0 though the client offers 1.2', async () => {
  expect(await findingsOf('old_tls', session([0x0303, 0x0301], 0x0301, 0x002f))).toEqual([
    {
      time: '2025-01-01T00:00:00.003000Z',
      rule: 'old_tls',
      severity: 'warn',
      confidence: 'high',
      summary: 'Server 10.0.0.2:443 agreed to TLSv1.0 in 1 session',
      evidence: [
        'tls_session packet=3 stream=0 client_addr=10.0.0.1 version=TLSv1.0 cipher=TLS_RSA_WITH_AES_128_CBC_SHA',
      ],
      since: '2025-01-01T00:00:00.002000Z',
      advice: oldTls.advice,
      subject: '10.0.0.2:443',
      source: 'rules',
    },
  ]);
});

test.each([
  [[0x0303, 0x0301], 0x0303, 0xc02f, null],
  [[0x0304, 0x0303], 0x0304, 0x1301, null],
  [[0x0302], 0x0302, 0x002f, 'TLSv1.1 in 1 session; the client offers nothing newer'],
  [[0x0300], 0x0300, 0x002f, 'SSLv3 in 1 session; the client offers nothing newer'],
  [[0x0303], 0x0303, 0x0005, 'RC4 in 1 session'],
  [[0x0303], 0x0303, 0x000a, 'DES or 3DES in 1 session'],
  [[0x0303], 0x0303, 0x003b, 'no encryption in 1 session'],
  [[0x0303], 0x0303, 0x0034, 'no authentication in 1 session'],
  [[0x0303], 0x0303, 0x0003, 'an export cipher in 1 session'],
  [[0x0303, 0x0301], 0x0301, 0x0005, 'TLSv1.0 and RC4 in 1 session'],
] as const)('%j offered, %i with cipher %i chosen: %s', async (offered, version, cipher, what) => {
  const found = await findingsOf('old_tls', session(offered, version, cipher));
  expect(found.map(({ summary }) => summary)).toEqual(what === null ? [] : [`Server 10.0.0.2:443 agreed to ${what}`]);
});

test('what is only offered is no finding, and the least number counts', async () => {
  const frames = session([0x0301], 0x0301, 0x002f);
  expect(await findingsOf('old_tls', frames.slice(0, 3))).toEqual([]);
  expect(await findingsOf('old_tls', frames, ['old_tls.sessions=2'])).toEqual([]);
});

test('servers are bounded', () => {
  const { tls_session: take, findings } = opened(oldTls);
  const row = { time: null, stream: 1, client_addr: 'c', client_port: 1, server_port: 443, server_name: null } as const;
  const rest = { alpn: null, cipher: null, ja3: '', ja4: '', transport: 'tcp', offered_versions: [] } as const;
  for (let server = 0; server < 1500; server++) {
    const own = { version: 'TLSv1.0', offered_alpn: [], packet: 1, community_id: null, server_addr: `s${server}` };
    take!({ ...row, ...rest, ...own }, 0);
  }
  expect([...findings(0)]).toHaveLength(1000);
});

test('in a live run it leaves after ten minutes', () => {
  expect(countsLater(oldTls, session([0x0303, 0x0301], 0x0301, 0x002f), 0, 590, 601)).toEqual([1, 1, 0]);
});
