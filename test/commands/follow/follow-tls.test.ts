import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { netwatch, recordsOf } from '../../support/in-process.ts';
import { ROOT } from '../../support/program.ts';
import { runTool, toolIsMissing } from '../../support/tool.ts';

/** What happens in them is told in test/captures/README.md. */
const captured = (name: string): string => path.join(ROOT, 'test/captures', name);
const STREAMS = captured('tls-streams.pcap');
const KEYS = captured('tls-streams.keys');
const OTHER_KEYS = captured('tls-suites.keys');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-follow-tls-'));
const at = (name: string): string => path.join(folder, name);
afterAll(() => fs.rmSync(folder, { recursive: true }));

function saved(name: string, text: string | Uint8Array): string {
  fs.writeFileSync(at(name), text);
  return at(name);
}

interface Segment {
  readonly stream: number;
  readonly packet: number;
  readonly dir: 'a' | 'b';
  readonly offset: number;
  readonly length: number;
  readonly data: string;
}

const SMTP = [
  '→ EHLO client.example',
  '← 250 fine',
  '→ MAIL FROM:<ann@client.example>',
  '← 250 fine',
  '→ QUIT',
  '← 221 bye\n',
].join('\n');

describe('what was inside', () => {
  test('is printed in place of what was sent', async () => {
    const { out, said, status } = await netwatch('follow', '-r', STREAMS, '--keylog', KEYS, '--stream', '2', '--tls');
    expect(out).toBe(SMTP);
    expect(said[0]).toMatch(/^TCP stream 2: A /);
    expect(said[1]).toMatch(/, 6 segments │ A→B 59 B │ B→A 29 B │ /);
    expect([said.length, status]).toEqual([2, 0]);
  });

  test('of the one stream that a filter picks', async () => {
    const { out } = await netwatch('follow', '-r', STREAMS, '--keylog', KEYS, '-f', 'b_port == 25', '--tls');
    expect(out).toBe(SMTP);
  });

  test('is written to a file, each side by itself', async () => {
    const line = ['follow', '-r', STREAMS, '--keylog', KEYS, '--stream', '2', '--tls', '--dir', 'b', '-w', at('b')];
    expect((await netwatch(...line)).status).toBe(0);
    expect(fs.readFileSync(at('b'), 'latin1')).toBe('250 fine\r\n250 fine\r\n221 bye\r\n');
  });

  test('is records, with the packet that ended each record', async () => {
    const { out } = await netwatch('follow', '-r', STREAMS, '--keylog', KEYS, '--stream', '2', '--tls', '--json');
    const [first, ...segments] = recordsOf<Segment>(out);
    expect(first).toMatchObject({ type: 'stream', app: 'tls', a_bytes: 59, b_bytes: 29, gaps: 0 });
    expect(segments.map(({ packet, dir, offset, length }) => [packet, dir, offset, length])).toEqual([
      [49, 'a', 0, 21],
      [50, 'b', 0, 10],
      [51, 'a', 21, 32],
      [52, 'b', 10, 10],
      [53, 'a', 53, 6],
      [54, 'b', 20, 9],
    ]);
  });

  test('of a pipe is the same', async () => {
    const line = ['--keylog', KEYS, '--all', '--tls'];
    const file = await netwatch('follow', '-r', STREAMS, ...line);
    execFileSync('mkfifo', [at('pipe')]);
    const writer = spawn('sh', ['-c', `exec cat ${STREAMS} > ${at('pipe')}`], { stdio: 'ignore' });
    const piped = await netwatch('follow', '-r', at('pipe'), ...line);
    writer.kill('SIGKILL');
    const bySegment = (out: string): string[] => out.split('\n').sort();
    expect(bySegment(piped.out)).toEqual(bySegment(file.out));
  });

  test('is the bytes that the list counts; streams without TLS are not listed', async () => {
    const { out } = await netwatch('follow', '-r', STREAMS, '--keylog', KEYS, '--list', '--tls', '--json');
    const listed = recordsOf<{ stream: number; a_bytes: number; b_bytes: number }>(out);
    expect(listed.map(({ a_bytes, b_bytes }) => [a_bytes, b_bytes]).slice(0, 4)).toEqual([
      [130, 132],
      [34, 50],
      [59, 29],
      [145, 109],
    ]);
    const loopback = await netwatch('follow', '-r', captured('loopback.pcap'), '--list', '--tls', '--json');
    expect(recordsOf(loopback.out)).toMatchObject([{ app: 'tls' }]);
  });
});

describe('what stays encrypted', () => {
  const print = (...words: readonly string[]) => netwatch('follow', '-r', STREAMS, '--tls', ...words);

  test.each([
    ['without keys', [], ['no secret of the session is known', '--keylog FILE tells secrets']],
    [
      'with those of others',
      ['--keylog', OTHER_KEYS],
      [
        `${OTHER_KEYS} holds 37 secrets, but of no session of TLS or QUIC whose handshake was seen`,
        'no secret of the session is known',
      ],
    ],
  ])('%s: why, and no empty answer', async (_case, words, reason) => {
    const { out, said, status } = await print('--stream', '2', ...words);
    expect([out, status]).toEqual(['', 66]);
    expect(said.slice(1).map((line) => line.replace('TCP stream 2 stays encrypted: ', ''))).toEqual(reason);
  });

  test('with a wrong secret: nothing false', async () => {
    const digit = (text: string): string => (text === 'f' ? '0' : 'f');
    const wrong = fs.readFileSync(KEYS, 'utf8').replace(/[0-9a-f]$/gm, digit);
    const { out, said, status } = await print('--stream', '2', '--keylog', saved('wrong.keys', wrong));
    expect([out, status]).toEqual(['', 66]);
    expect(said[1]).toBe('TCP stream 2 stays encrypted: the secrets that are known of the session do not fit');
  });

  test('of one side: the other is printed, and it is said', async () => {
    const ofClient = fs.readFileSync(KEYS, 'utf8').replace(/^SERVER_(TRAFFIC|HANDSHAKE).*$/gm, '');
    const { out, said, status } = await print('--stream', '1', '--as', 'hex', '--keylog', saved('client', ofClient));
    expect([out.includes('→ 0000'), out.includes('← 0000'), status]).toEqual([true, false, 0]);
    const records = 'TCP stream 1 is decrypted in part, without 9 records from B, as no secret of the session is known';
    expect(said[1]).toBe(records);
  });

  test('of several streams: how many', async () => {
    const isOfTls12 = /^CLIENT_RANDOM.*$/gm;
    const part = saved('tls13', fs.readFileSync(KEYS, 'utf8').replace(isOfTls12, ''));
    const sentence = (said: readonly string[]): string | undefined => said.find((line) => line.includes('encrypted'));
    const { said } = await print('--all', '--keylog', part);
    expect(sentence(said)).toMatch(/^\d+ of 13 TLS streams stay encrypted: no secret of the session is known$/);
    expect(sentence((await print('--list')).said)).toMatch(/^13 of 13 TLS streams stay encrypted: /);
    expect(sentence((await print('--list', '--keylog', KEYS)).said)).toBeUndefined();
  });

  test('what is no TLS', async () => {
    const { said, status } = await netwatch('follow', '-r', captured('loopback.pcap'), '--stream', '0', '--tls');
    expect([said, status]).toEqual([['TCP stream 0 carries no TLS', '--keylog FILE tells secrets'], 66]);
  });

  test('a stream as it was sent says so when there are keys', async () => {
    const { said } = await netwatch('follow', '-r', STREAMS, '--stream', '2', '--as', 'hex', '--keylog', KEYS);
    expect(said[1]).toBe('as it was sent: with --tls, --keylog decrypts what is inside');
  });

  test('UDP is refused', async () => {
    const { said, status } = await print('--stream', '1', '--udp');
    expect([said[0], status]).toEqual(['--tls follows TCP streams: use either --tls or --udp', 64]);
  });
});

describe.skipIf(toolIsMissing('tshark'))('every stream has the bytes that tshark follows', () => {
  test.each(['tls-streams', 'tls-suites'])('%s', async (name) => {
    const [file, keys] = [captured(`${name}.pcap`), captured(`${name}.keys`)];
    const ours = new Map<number, { a: string; b: string }>();
    const ports = new Map<number, number>();
    for (const row of recordsOf<Segment & { type: string; a_port: number }>(
      (await netwatch('follow', '-r', file, '--keylog', keys, '--all', '--tls')).out,
    )) {
      if (row.type === 'stream') {
        ours.set(row.stream, { a: '', b: '' });
        ports.set(row.stream, row.a_port);
      } else ours.get(row.stream)![row.dir] += Buffer.from(row.data, 'base64').toString('hex');
    }
    expect(ours.size).toBe(name === 'tls-streams' ? 13 : 22);
    const asks = [...ours.keys()].flatMap((stream) => ['-z', `follow,tls,raw,${stream}`]);
    const { stdout } = runTool('tshark', ['-q', '-r', file, '-o', `tls.keylog_file:${keys}`, ...asks]);
    const theirs = new Map<number, { a: string; b: string }>();
    for (const block of stdout.split('Follow: tls,raw\n').slice(1)) {
      const [, stream, port, lines] = /tcp\.stream eq (\d+)\nNode 0: .*:(\d+)\n.*\n([^=]*)/.exec(block)!;
      const said = (isIndented: boolean): string =>
        lines!
          .split('\n')
          .filter((line) => line.startsWith('\t') === isIndented)
          .map((line) => line.trim())
          .join('');
      const isA = Number(port) === ports.get(Number(stream));
      theirs.set(Number(stream), { a: said(!isA), b: said(isA) });
    }
    expect(ours).toEqual(theirs);
  });
});
