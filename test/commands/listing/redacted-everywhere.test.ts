import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openRowRedactor } from '../../../src/commands/listing/open-row-redactor.ts';
import { fieldNamed, fieldNames } from '../../../src/core/record/table.ts';
import { ALL_TABLES } from '../../../src/core/record/tables/all.ts';
import { SNAPSHOT_PARTS } from '../../../src/core/record/tables/snapshot.ts';
import { textKindOf } from '../../../src/core/redact/text-kinds.ts';
import { CANARY_FRAMES, canariesIn } from '../../support/canaries.ts';
import { pcap } from '../../support/captures.ts';
import { type FakeOptions, fakeContext } from '../../support/fake-context.ts';
import { recordsOf, runInProcess } from '../../support/in-process.ts';
import { captureOf } from '../../support/insights.ts';
import { CANARY_ADDRESSES, canaryMachine, canaryRounds, RECORD_WORDS } from '../../support/record-canaries.ts';
import { expectRecord } from '../../support/record-schema.ts';
import { attempts } from '../../support/tcp-attempts.ts';

let folder: string;
const at = (name: string): string => path.join(folder, name);
const ALL = 'ips,hosts,macs,payload';

beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-redacted-'));
  fs.writeFileSync(at('key'), Buffer.alloc(32, 9));
  fs.writeFileSync(at('canaryfile.pcap'), pcap(CANARY_FRAMES.map((frame) => ({ bytes: Uint8Array.from(frame) }))));
  fs.writeFileSync(at('rounds.ndjson'), canaryRounds());
  for (const isLater of [false, true]) {
    const { out } = await ran(['export', 'snapshot'], isLater);
    fs.writeFileSync(at(isLater ? 'after.json' : 'before.json'), out);
  }
  const { status } = await ran(['conns', '--events', '--count', '2', '--append', at('history.ndjson')], true);
  expect(status).toBe(0);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const ran = (argv: readonly string[], isLater = false, options: FakeOptions = {}) =>
  runInProcess(argv, { platform: canaryMachine(isLater), ...options });
const redacted = (argv: readonly string[], words = ALL) => ran([...argv, '--redact', words, '--redact-key', at('key')]);
const found = (out: string): string[] => canariesIn(Buffer.from(out), RECORD_WORDS);

/** Each with the canaries, at least, that it prints without --redact. */
const COMMANDS: readonly (readonly [string, () => readonly string[], number])[] = [
  ['export snapshot', () => ['export', 'snapshot'], 20],
  ['export snapshot of a capture', () => ['export', 'snapshot', '-r', at('canaryfile.pcap')], 4],
  ['export conns', () => ['export', 'conns', '--json'], 10],
  ['conns', () => ['conns', '--json'], 10],
  ['conns as a table', () => ['conns', '--fields', 'all', '-o', 'table'], 10],
  ['conns as lines', () => ['conns', '-o', 'vertical'], 10],
  ['conns as CSV', () => ['conns', '--csv', '--fields', 'all'], 10],
  ['conns as markdown', () => ['conns', '-o', 'markdown'], 2],
  ['conns of a user', () => ['conns', '--summary', 'user', '--json'], 1],
  ['conns by remote', () => ['conns', '--summary', 'remote', '--json'], 2],
  ['conns by path', () => ['conns', '--summary', 'path', '--json'], 2],
  ['conns by interface', () => ['conns', '--summary', 'interface', '--json'], 1],
  ['events', () => ['export', 'events', '--json', '--count', '2'], 10],
  ['export diff', () => ['export', 'diff', at('before.json'), at('after.json'), '--json'], 5],
  ['export diff as markdown', () => ['export', 'diff', at('before.json'), at('after.json'), '-o', 'markdown'], 5],
  ['export history', () => ['export', 'history', at('history.ndjson'), '--by', 'remote', '--json'], 1],
  ['export streams', () => ['export', 'streams', '-r', at('canaryfile.pcap'), '--json'], 3],
  ['follow', () => ['follow', '-r', at('canaryfile.pcap'), '--list', '--json'], 3],
  ['stats', () => ['stats', '-r', at('canaryfile.pcap'), '--by', 'all', '--json'], 8],
  ['stats as a page', () => ['stats', '-r', at('canaryfile.pcap'), '-o', 'html'], 4],
  ['insights', () => ['insights', '-r', at('canaryfile.pcap'), '--json'], 0],
  ['probe --report', () => ['probe', '--report', at('rounds.ndjson'), '--json'], 5],
  ['probe --report --outages', () => ['probe', '--report', at('rounds.ndjson'), '--outages', '--json'], 3],
  ['probe --report as a page', () => ['probe', '--report', at('rounds.ndjson'), '-o', 'html'], 5],
  ['ifaces', () => ['ifaces', '--json'], 5],
  ['ifaces --routes', () => ['ifaces', '--routes', '--table', 'all', '--json'], 3],
  ['ifaces --dns', () => ['ifaces', '--dns', '--json'], 3],
  ['ifaces --neighbors', () => ['ifaces', '--neighbors', '--json'], 3],
  ['ifaces --host', () => ['ifaces', '--host', '--json'], 1],
  ['ifaces as metrics', () => ['ifaces', '-o', 'prometheus'], 1],
  ['export metrics', () => ['export', 'metrics'], 1],
];

describe.each(COMMANDS)('%s', (_, argv, least) => {
  test('no canary is there, and each line is a record of its schema', async () => {
    const { out, status } = await redacted(argv());
    expect(found(out)).toEqual([]);
    expect(status).toBeLessThan(2);
    if (!argv().includes('--json')) return;
    for (const row of recordsOf(out)) expectRecord(row);
  });

  test('they are there without --redact', async () => {
    const { out } = await ran(argv());
    expect(new Set(found(out).map((form) => form.split(' ')[0])).size).toBeGreaterThanOrEqual(least);
  });
});

test.each(COMMANDS)('%s: with ips,macs alone, no address is there', async (_, argv) => {
  const { out } = await redacted(argv(), 'ips,macs');
  expect(found(out).filter((form) => /^(?:other )?(?:ip|mac|eui)/.test(form))).toEqual([]);
});

test('there are fifty canaries, and each is found in its forms', () => {
  expect(new Set(RECORD_WORDS).size + Object.keys(CANARY_ADDRESSES).length).toBeGreaterThan(50);
  const text = `CANARYUSER ${Buffer.from('canarycookie').toString('hex')} xn--canarymlaut-yhb.example ${Buffer.from(' canarymail').toString('base64')} 149.77.113.203.in-addr.arpa`;
  expect(found(text)).toEqual(
    expect.arrayContaining([
      'canaryuser',
      'canarycookie hex',
      'canaryümlaut punycode',
      'canarymail base64 1',
      'ipv4 dotted reversed',
    ]),
  );
});

/** What strangers may put into a text. */
const HOSTILE = [
  ...Object.values(CANARY_ADDRESSES),
  ...Object.values(CANARY_ADDRESSES).map((one) => `said "${one}", ${one}/24 (${one}): ${one};`),
  `${CANARY_ADDRESSES.v4}:443 > [${CANARY_ADDRESSES.v6}]:80`,
  `${CANARY_ADDRESSES.local}%canaryiface`,
  '149.77.113.203.in-addr.arpa',
  'ip-203-113-77-149.compute.example',
];
const NAMED = [
  ...['canaryhost', 'CANARYHOST.canarydomain.example', 'the "canaryhost canaryuser" of canaryuser canaryhost'],
  ...['xn--canarymlaut-yhb.example', 'canaryümlaut', '/home/canaryfolder/canaryfile', 'canaryuser@canaryhost'],
  ...['https://canaryuser:canarypassword@canaryhost/canarypath', 'dns_query name=canaryhost.example'],
  ...[
    'dns_query name="canaryhost',
    'iface name=canaryiface alias="canaryalias"',
    Buffer.from('canarycookie').toString('hex'),
  ],
];

test.each([
  [['ips', 'hosts', 'macs', 'payload'], /./],
  [['ips', 'macs'], /^(?:other )?(?:ip|mac|eui)/],
] as const)('whatever a text of a record holds, nothing that %j take out comes through', (words, forms) => {
  const redactor = openRowRedactor(fakeContext(), { redact: words, 'redact-key': at('key') })!;
  const leaks: string[] = [];
  for (const table of ALL_TABLES.filter(({ type }) => !UNTOLD.includes(type))) {
    for (const name of fieldNames(table)) {
      const { kind: json, many } = fieldNamed(table, name)!;
      if (!['text', 'list', 'address', 'time'].includes(json)) continue;
      const kind = textKindOf(table, name);
      // programs and protocols are named
      const texts = kind === 'word' || kind === 'program' ? HOSTILE : [...HOSTILE, ...NAMED];
      const made = (kind === 'key' ? OTHERS : [{}]).flatMap((other) =>
        texts.map((text) => redactor.row(table, { ...other, [name]: json === 'list' || many ? [text] : text })[name]),
      );
      const leaked = found(JSON.stringify(made)).filter((form) => forms.test(form));
      if (leaked.length > 0) leaks.push(`${table.type}.${name}: ${leaked} in ${JSON.stringify(made)}`);
    }
  }
  expect(leaks).toEqual([]);
});
/** Records that say nothing of a network, and those of commands that have no --redact. */
const UNTOLD = ['rule', 'field', 'check', 'setting', 'whois', 'device'];
/** What other fields may say of a key. */
const OTHERS = [
  ...['pid', 'remote', 'state', 'port', 'user', 'interface', 'path', 'session', 'subflow', 'hour'].map((by) => ({
    by,
  })),
  ...['remote', 'route', 'dns_server', 'iface', 'neighbor', 'counter', 'host'].map((what) => ({ what })),
  ...['alias', 'mac', 'ipv4'].map((field) => ({ what: 'iface_fact', field })),
  ...['os', 'kernel', 'hostname'].map((field) => ({ what: 'host', field })),
];

test('a snapshot stays a snapshot: its parts are of their schemas, and a diff of two redacted ones finds what the diff finds', async () => {
  const of = async (isLater: boolean): Promise<string> =>
    (await ran(['export', 'snapshot', '--redact', ALL, '--redact-key', at('key')], isLater)).out;
  const [before, after] = [await of(false), await of(true)];
  const document = JSON.parse(before) as Record<string, unknown>;
  for (const part of Object.keys(SNAPSHOT_PARTS))
    for (const row of [document[part] ?? []].flat() as Record<string, unknown>[]) expectRecord(row);
  expect(document).toMatchObject({ type: 'snapshot', source: null, host: { os: 'Linux', kernel: '6.1.0' } });
  fs.writeFileSync(at('a.json'), before);
  fs.writeFileSync(at('b.json'), after);
  const told = (rows: readonly Record<string, unknown>[]): unknown =>
    rows.map(({ what, change, addr, key }) => ({ what, change, addr, key }));
  const [afterwards, first] = [
    await ran(['export', 'diff', at('a.json'), at('b.json'), '--json']),
    await redacted(['export', 'diff', at('before.json'), at('after.json'), '--json', '-f', 'not field == alias']),
  ];
  expect(told(recordsOf(first.out))).toEqual(told(recordsOf(afterwards.out)));
  expect(recordsOf(first.out).length).toBeGreaterThan(2);
});

test('the same address is the same in a capture, in records, in a snapshot and in a report', async () => {
  const { out: packets } = await redacted([
    'export',
    'packets',
    '-r',
    at('canaryfile.pcap'),
    '--json',
    '--fields',
    'src',
  ]);
  const { out: conns } = await redacted(['conns', '--json', '-f', `local_addr == ${CANARY_ADDRESSES.v4}`]);
  const { out: page } = await redacted(['stats', '-r', at('canaryfile.pcap'), '-o', 'html']);
  const { out: snapshot } = await redacted(['export', 'snapshot']);
  const { out: report } = await redacted(['probe', '--report', at('rounds.ndjson'), '--json', '-f', 'kind == icmp']);
  const address = String(recordsOf(conns)[0]!.local_addr);
  expect(address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
  expect(address).not.toBe(CANARY_ADDRESSES.v4);
  for (const out of [packets, page, snapshot, report]) expect(out).toContain(address);
  expect(recordsOf(report)[0]).toMatchObject({ target: `icmp://${address}` });
});

test('a finding says what was found, of whom that nobody knows', async () => {
  const frames = attempts(20, (index) => ({ at: 10 * index, port: 100 + index, ends: 'refused' }));
  fs.writeFileSync(at('scan.pcap'), captureOf(frames));
  const { out } = await redacted(['insights', '-r', at('scan.pcap'), '--json', '-f', 'subject == "10.0.0.1"']);
  const [finding] = recordsOf(out);
  const { subject } = finding!;
  expect(subject).toMatch(/^10\.\d+\.\d+\.\d+$/);
  expect(finding).toMatchObject({ rule: 'port_scan', severity: 'warn' });
  expect(finding!.summary).toMatch(
    /^10\.\d+\.\d+\.\d+ tried 20 ports of 10\.\d+\.\d+\.\d+, of which 20 did not accept a connection$/,
  );
  expect(String(finding!.summary)).toContain(`${subject} tried`);
  expect(finding!.advice).toMatch(/^If the client is not a scanner of your own/);
  expect((finding!.evidence as string[])[0]).toMatch(
    /^handshake stream=0 server_addr=10\.[\d.]+ server_port=100 outcome=refused$/,
  );
  expect(out).not.toMatch(/10\.0\.0\.[12]\b/);
});

test('the shape stays: counts, ports, times, and which addresses are the same', async () => {
  const shapeOf = (out: string): unknown => {
    const names = new Map<unknown, number>();
    const numbered = (addr: unknown): unknown =>
      addr === null ? null : (names.get(addr) ?? names.set(addr, names.size).get(addr));
    return recordsOf(out).map(({ proto, a_addr, b_addr, a_port, b_port, bytes, packets, first }) => ({
      ...{ proto, a_port, b_port, bytes, packets, first },
      between: [numbered(a_addr), numbered(b_addr)],
    }));
  };
  const argv = ['stats', '-r', at('canaryfile.pcap'), '--by', 'conversations', '--json'];
  expect(shapeOf((await redacted(argv)).out)).toEqual(shapeOf((await ran(argv)).out));
});

test.each([
  [['conns', '--events', '--append', 'h'], '--append cannot be used with --redact'],
  [['probe', 'localhost', '--append', 'h'], '--append cannot be used with --redact'],
  [['conns', '--resolve'], '--resolve cannot be used with --redact'],
  [['capture', '-r', 'x', '--resolve'], '--resolve cannot be used with --redact'],
  [['insights', '--dry-run'], '--dry-run cannot be used with --redact'],
  [['follow', '-r', 'x', '--stream', '1'], '--redact is for the list of streams'],
  [['follow', '-r', 'x', '--all'], '--redact is for the list of streams'],
  [['follow', '-r', 'x', '--stream', '1', '-w', 'y'], '--redact is for the list of streams'],
  [['probe', 'localhost', '-o', 'prometheus', '--out', 'y'], '--redact is for what is printed'],
])('what it does not reach is refused: %j', async (argv, said) => {
  const { status, said: lines } = await redacted(argv);
  expect(status).toBe(64);
  expect(lines.join('\n')).toContain(said);
});
