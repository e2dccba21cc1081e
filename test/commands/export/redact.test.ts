import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CANARY_FRAMES, canariesIn, formsOfCanaries, IP4, MAC, WLAN_FRAME, WORDS } from '../../support/canaries.ts';
import { Blocks, join, pcap, readCapture, text, words } from '../../support/captures.ts';
import { netwatch, recordsOf } from '../../support/in-process.ts';
import { runTool, toolIsMissing } from '../../support/tool.ts';

const ALL = 'ips,hosts,macs,payload';
/** Fields that only who names them gets. */
const SAID =
  'info,tls.handshake.extensions_server_name,http.host,http.user_agent,http.request.uri,http.location,dns.qry.name,ip.src,ipv6.dst,eth.src';
let folder: string;
const at = (name: string): string => path.join(folder, name);

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-redact-'));
  fs.writeFileSync(at('canaries.pcapng'), canaries());
  fs.writeFileSync(at('key'), Buffer.alloc(32, 7));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** Blocks that hold canaries, too. */
function canaries(): Uint8Array {
  const blocks = new Blocks(true);
  const comment = { code: 1, value: text('canarycomment') };
  const option = (code: number, value: Uint8Array | string) => ({
    code,
    value: typeof value === 'string' ? text(value) : value,
  });
  const header = [
    blocks.block(
      0x0a0d0d0a,
      join(words(true, 0x1a2b3c4d, 1, -1, -1), blocks.options([option(3, 'canarysection'), comment])),
    ),
    blocks.iface({
      options: [
        option(2, 'canaryiface'),
        option(3, 'canarydescr'),
        option(4, Uint8Array.from([...IP4, 255, 255, 255, 0])),
        option(6, Uint8Array.from(MAC)),
      ],
    }),
    blocks.iface({ linkType: 105, options: [option(2, 'canaryiface')] }),
    blocks.block(4, join(Uint8Array.of(1, 0, 16, 0), Uint8Array.from(IP4), text('canaryname\0\0'), words(true, 0))),
    blocks.block(10, join(words(true, 0x544c534b, 10), text('canarykeys\0\0'))),
    blocks.block(0xbad, join(words(true, 32_473), text('canarycustom'))),
    blocks.block(9, text('MESSAGE=canarycustom\n')),
  ];
  const frames = CANARY_FRAMES.map((frame) => blocks.packet(Uint8Array.from(frame), { options: [comment] }));
  return join(...header, ...frames, blocks.packet(Uint8Array.from(WLAN_FRAME), { iface: 1 }));
}

test('each canary is in the capture, in one form at least, and is found there', async () => {
  const found = canariesIn(fs.readFileSync(at('canaries.pcapng')));
  const missing = WORDS.filter((word) => !found.some((form) => form.startsWith(word)));
  expect(missing).toEqual(['canaryquic']); // encrypted, with keys that are in the packet
  const { out } = await netwatch('export', 'packets', '-r', at('canaries.pcapng'), '--json', '--fields', SAID);
  expect(canariesIn(Buffer.from(out))).toContain('canaryquic');
  expect(formsOfCanaries().size).toBeGreaterThan(300);
  expect(found).toEqual(expect.arrayContaining(['ipv4', 'ipv4 reversed', 'ipv4 labels', 'ipv6', 'mac', 'eui-64']));
  expect(WORDS.length).toBeGreaterThanOrEqual(50);
});

describe.each([ALL, 'ips,hosts,macs'])('--redact %s', (words) => {
  test.each(['pcapng'])('no canary is in the capture: %s', async (kind) => {
    const out = at(`${words}.${kind}`);
    const ran = await netwatch(
      'export',
      'packets',
      '-r',
      at('canaries.pcapng'),
      '-w',
      out,
      '--redact',
      words,
      '--redact-key',
      at('key'),
    );
    expect(ran).toMatchObject({ status: 0 });
    const written = fs.readFileSync(out);
    expect(canariesIn(written)).toEqual([]);
    const { frames, problems } = await readCapture(Uint8Array.from(written));
    expect([frames.length, problems]).toEqual([CANARY_FRAMES.length + 1, []]);
    expect(ran.said.at(-1)).toMatch(
      /^left out of the capture: \d+ × option, \d × block, 1 × list of names, 1 × block of keys$/,
    );
  });

  test.each([
    ['--json', '--fields', 'all'],
    ['--csv', '--fields', 'all'],
    ['--json', '--fields', SAID],
    ['-o', 'table'],
  ])('no canary is in records: %s', async (...format) => {
    const ran = await netwatch(
      'export',
      'packets',
      '-r',
      at('canaries.pcapng'),
      ...format,
      '--redact',
      words,
      '--redact-key',
      at('key'),
    );
    expect(ran.status).toBe(0);
    expect(canariesIn(Buffer.from(ran.out))).toEqual([]);
    expect(ran.out.length).toBeGreaterThan(1000);
  });

  test('nor in a file of records', async () => {
    const out = at(`${words}.csv`);
    const { status } = await netwatch(
      ...['export', 'packets', '-r', at('canaries.pcapng'), '-w', out, '--fields', 'all'],
      ...['--redact', words, '--redact-key', at('key')],
    );
    expect(status).toBe(0);
    expect(canariesIn(fs.readFileSync(out))).toEqual([]);
  });

  test.skipIf(toolIsMissing('tshark'))('tshark finds checksums right and nothing malformed', async () => {
    const out = at(`${words}-tshark.pcapng`);
    await netwatch('export', 'packets', '-r', at('canaries.pcapng'), '-w', out, '--redact', words);
    const checks = ['ip', 'tcp', 'udp'].flatMap((one) => ['-o', `${one}.check_checksum:TRUE`]);
    const bad = ['ip', 'tcp', 'udp', 'icmp', 'icmpv6', 'igmp', 'sctp'].map((one) => `${one}.checksum.status == 0`);
    const tshark = (filter: string): string =>
      runTool('tshark', [
        '-n',
        '-r',
        out,
        ...checks,
        '-o',
        'sctp.checksum:TRUE',
        '-Y',
        filter,
        '-T',
        'fields',
        '-e',
        'frame.number',
        '-e',
        'frame.protocols',
      ]).stdout;
    expect(tshark([...bad, '_ws.malformed'].join(' || '))).toBe('');
    expect(tshark('ip.checksum.status == 1').split('\n').length).toBeGreaterThan(20);
  });
});

test('alone, each word takes out what it says', async () => {
  const formsWith = async (words: string): Promise<string> => {
    const out = at(`only-${words}.pcapng`);
    await netwatch('export', 'packets', '-r', at('canaries.pcapng'), '-w', out, '--redact', words);
    return canariesIn(fs.readFileSync(out)).join(' ');
  };
  expect(await formsWith('ips')).not.toMatch(/ip/);
  expect(await formsWith('ips')).toMatch(/mac .*canarydns|canarydns .*mac/);
  expect(await formsWith('macs')).not.toMatch(/mac|eui/);
  expect(await formsWith('macs')).toMatch(/ipv4/);
  expect(await formsWith('hosts')).not.toMatch(/canary/);
  expect(await formsWith('payload')).not.toMatch(/canary/);
});

test('under one key equal things become equal, under another they do not; without one it is said', async () => {
  const of = async (...more: string[]) => {
    const out = at('again.pcap');
    fs.rmSync(out, { force: true });
    fs.writeFileSync(at('one.pcap'), pcap(CANARY_FRAMES.map((frame) => ({ bytes: Uint8Array.from(frame) }))));
    const { said } = await netwatch('export', 'packets', '-r', at('one.pcap'), '-w', out, '--redact', ALL, ...more);
    return { bytes: fs.readFileSync(out).toString('hex'), said: said[0]! };
  };
  fs.writeFileSync(at('text'), 'a long pass phrase\n');
  fs.writeFileSync(at('hex'), Buffer.alloc(32, 7).toString('hex'));
  const first = await of('--redact-key', at('key'));
  expect((await of('--redact-key', at('hex'))).bytes).toBe(first.bytes);
  expect((await of('--redact-key', at('text'))).bytes).not.toBe(first.bytes);
  expect((await of('--redact-key', at('text'))).bytes).toBe((await of('--redact-key', at('text'))).bytes);
  fs.chmodSync(at('text'), 0o644);
  expect((await of('--redact-key', at('text'))).said).toMatch(/^every user can read the key in .*text, .*: chmod 600 /);
  fs.chmodSync(at('text'), 0o640);
  expect((await of('--redact-key', at('text'))).said).not.toMatch(/^every user/);
  const random = await of();
  expect(random.bytes).not.toBe((await of()).bytes);
  expect(random.said).toMatch(/^redacted under a random key of this run/);
});

test('a filter sees packets as they were; their numbers, times and lengths stay', async () => {
  const args = ['export', 'packets', '-r', at('canaries.pcapng'), '--json', '--fields', 'number,time,length,rel_s'];
  const filter = ['-f', 'dns.qry.name contains "canarydns"'];
  const plain = await netwatch(...args, ...filter);
  expect(recordsOf(plain.out).length).toBeGreaterThan(1);
  expect((await netwatch(...args, ...filter, '--redact', ALL)).out).toBe(plain.out);
  expect((await netwatch(...args, '--redact', ALL)).out).toBe((await netwatch(...args)).out);
});

test.each(['loopback', 'tls-streams', 'quic-migration'])('conversations keep their shape: %s', async (name) => {
  const from = path.resolve('test/captures', `${name}.pcap`);
  const out = at(`${name}.pcap`);
  await netwatch('export', 'packets', '-r', from, '-w', out, '--redact', ALL);
  const shape = async (file: string) => {
    const { out: printed } = await netwatch('stats', '-r', file, '--by', 'conversations', '--json');
    return recordsOf(printed)
      .map(({ proto, stream, packets, bytes, a_port, b_port, a_packets, a_bytes, b_packets, b_bytes, first, last }) =>
        JSON.stringify([
          proto,
          stream,
          packets,
          bytes,
          a_port,
          b_port,
          a_packets,
          a_bytes,
          b_packets,
          b_bytes,
          first,
          last,
        ]),
      )
      .sort();
  };
  const shapes = await shape(from);
  expect(shapes.length).toBeGreaterThan(0);
  expect(await shape(out)).toEqual(shapes);
});

test.each([
  [['--redact-key', 'key'], 64, '--redact-key needs --redact'],
  [['--redact', 'ips,names'], 64, '"names" is not one of ips, hosts, macs, payload'],
  [['--redact', 'ips', '--redact-key', 'nowhere'], 66, 'nowhere'],
  [['--redact', 'ips', '--redact-key', '.'], 65, '. is not a file'],
])('%j is refused', async (more, status, said) => {
  const ran = await netwatch('export', 'packets', '-r', at('canaries.pcapng'), '-w', at('refused.pcap'), ...more);
  expect(ran.status).toBe(status);
  expect(ran.said.join('\n')).toContain(said);
  expect(fs.existsSync(at('refused.pcap'))).toBe(false);
});

test('a key that can be guessed, or is too long, is refused', async () => {
  for (const [bytes, said] of [
    ['short\n', 'a key of less than 8 characters can be guessed'],
    ['', 'a key of less than 8 characters can be guessed'],
    ['x'.repeat(5000), 'is larger than 4096 bytes'],
  ]) {
    fs.writeFileSync(at('poor'), bytes!);
    const ran = await netwatch(
      'export',
      'packets',
      '-r',
      at('canaries.pcapng'),
      '--redact',
      'ips',
      '--redact-key',
      at('poor'),
    );
    expect([ran.status, ran.said.join(' ')]).toEqual([65, expect.stringContaining(said!)]);
  }
});

test('the lines of the README run', async () => {
  const readme = fs.readFileSync(path.resolve('README.md'), 'utf8');
  const lines = [...readme.matchAll(/^netwatch (export packets .*--redact .*?) +#/gm)].map(([, line]) => line!);
  expect(lines.length).toBe(4);
  for (const line of lines) {
    const words = line.replace('f.pcapng', at('canaries.pcapng')).replace('team.key', at('key')).split(/ +/);
    const ran = await netwatch(
      ...words.map((word) => (word === 'clean.pcapng' ? at('clean.pcapng') : word)),
      ...(words.includes('-w') ? ['--force'] : []),
    );
    expect([line, ran.status]).toEqual([line, 0]);
  }
});
