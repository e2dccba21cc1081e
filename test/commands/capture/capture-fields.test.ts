import path from 'node:path';
import { expect, test } from 'vitest';
import { DISPLAY_FIELDS } from '../../../src/core/packet/display-fields.ts';
import { packet } from '../../../src/core/record/tables/packet.ts';
import { netwatch, recordsOf } from '../../support/in-process.ts';
import { ROOT } from '../../support/program.ts';

/** What happens in it is told in test/captures/README.md. */
const LOOPBACK = path.join(ROOT, 'test/captures/loopback.pcap');
const capture = (...argv: readonly string[]) => netwatch('capture', '-r', LOOPBACK, ...argv);

const EXCHANGES = ['-f', 'http.request or http.response'];

test('--fields prints the fields of display filters, one of many values as an array', async () => {
  const { out } = await capture('--json', ...EXCHANGES, '--fields', 'http.request.uri,http.response.code,tcp.seq,http');
  expect(recordsOf(out)).toEqual([
    { type: 'packet', 'http.request.uri': ['/hello'], 'http.response.code': null, 'tcp.seq': 1, http: true },
    { type: 'packet', 'http.request.uri': null, 'http.response.code': [200], 'tcp.seq': 1, http: true },
    { type: 'packet', 'http.request.uri': ['/nowhere'], 'http.response.code': null, 'tcp.seq': 67, http: true },
    { type: 'packet', 'http.request.uri': null, 'http.response.code': [404], 'tcp.seq': 148, http: true },
  ]);
});

test('beside all fields, too, in the order that is asked for', async () => {
  const [line] = (await capture('--json', ...EXCHANGES, '--fields', 'http.host,all,ip.ttl')).out.split('\n');
  const record = JSON.parse(line!) as Readonly<Record<string, unknown>>;
  expect(Object.keys(record)).toEqual(['type', 'http.host', ...Object.keys(packet.fields), 'ip.ttl']);
  expect([record['http.host'], record.proto, record['ip.ttl']]).toEqual([['web.example'], 'HTTP', 64]);
});

test('without a name for them, JSON has none', async () => {
  const [line] = (await capture('--json', ...EXCHANGES)).out.split('\n');
  expect(Object.keys(JSON.parse(line!) as object)).toEqual(['type', ...Object.keys(packet.fields)]);
});

test('rows that nothing else reads, and those that are sorted, judged or limited, are the same lines', async () => {
  const { out } = await capture('--json');
  const lines = out.split('\n');
  for (const others of [
    ['--sort', 'number'],
    ['--expect', 'count(number > 0) > 0'],
    ['-f', '"" or number > 0'],
  ]) {
    expect((await capture('--json', ...others)).out).toBe(out);
  }
  expect((await capture('--json', '--limit', '3')).out).toBe(`${lines.slice(0, 3).join('\n')}\n`);
  expect((await capture('--json', '--count', '2')).out).toBe(`${lines.slice(0, 2).join('\n')}\n`);
  expect((await capture('--json', '--fields', 'all')).out).toBe(out);
  const few = (await capture('--json', '--fields', 'info,src,number')).out;
  expect(few).toBe((await capture('--json', '--fields', 'info,src,number', '--sort', 'number')).out);
});

test('in a table they are columns', async () => {
  const fields = 'number,http.request.method,http.response.code,http.request';
  const { out } = await capture('-o', 'table', ...EXCHANGES, '--fields', fields, '--limit', '2');
  const cells = out
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split(/ +/));
  expect(cells.map((row) => row.slice(-3))).toEqual([
    ['HTTP.REQUEST.METHOD', 'HTTP.RESPONSE.CODE', 'HTTP.REQUEST'],
    ['GET', '-', 'yes'],
    ['-', '200', '-'],
  ]);
});

test('--sort and --expect take them', async () => {
  const sorted = await capture(
    '--tsv',
    '--no-header',
    ...EXCHANGES,
    '--sort',
    'http.response.code:desc',
    '--fields',
    'http.response.code',
  );
  expect(sorted.out).toBe('404\n200\n\n\n');
  const statuses = [
    'none(http.response and http.response.code >= 500)',
    'none(http.response.code == 404)',
    'max(ip.ttl) == 64',
  ];
  const ran = await Promise.all(statuses.map((expectation) => capture('-q', '--expect', expectation)));
  expect(ran.map(({ status }) => status)).toEqual([0, 1, 0]);
});

test('export packets has them', async () => {
  const { out } = await netwatch(
    'export',
    'packets',
    '-r',
    LOOPBACK,
    '-f',
    'dns.flags.rcode == 3',
    '--tsv',
    '--fields',
    'dns.qry.name',
  );
  expect(out).toBe('dns.qry.name\nmissing.example\n');
});

test('netwatch fields packet lists each with its type and what it means', async () => {
  const { out } = await netwatch('fields', 'packet', '--json');
  const listed = recordsOf<{ name: string; kind: string; json_type: string; nullable: string; doc: string }>(out);
  expect(listed.map(({ name }) => name)).toEqual([...Object.keys(packet.fields), ...DISPLAY_FIELDS.keys()]);
  const find = (name: string) => listed.find((row) => row.name === name);
  const common = { type: 'field', record: 'packet', nullable: 'yes', visible: 'never', values: null };
  expect(find('ip.len')).toEqual({
    ...common,
    name: 'ip.len',
    kind: 'bytes',
    json_type: 'integer',
    heading: 'IP.LEN',
    doc: 'Length of the IPv4 packet, header included.',
  });
  expect(find('http.request')).toMatchObject({ kind: 'flag', json_type: 'boolean' });
  expect(find('dns.qry.name')).toMatchObject({ kind: 'text', json_type: 'array' });
});
