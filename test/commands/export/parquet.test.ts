import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ALL_TABLES } from '../../../src/core/record/tables/all.ts';
import { packet } from '../../../src/core/record/tables/packet.ts';
import { STATISTICS } from '../../../src/core/stats/names.ts';
import { fakePlatform, interfaceOf, readingOf, socketOf } from '../../support/fake-platform.ts';
import { netwatch, recordsOf, runInProcess } from '../../support/in-process.ts';
import { asInDuck, asInParquet, duckRows, parquetHead, readParquet, unicode } from '../../support/parquet.ts';
import { ROOT } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';

const LOOPBACK = path.join(ROOT, 'test/captures/loopback.pcap');
const MACHINE = path.join(ROOT, 'test/hosts/linux');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-parquet-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);
const noDuck = toolIsMissing('duckdb');

/** Runs a command twice, and compares its Parquet file with its NDJSON: every field of every row, as two readers have them. */
async function compare(...words: readonly string[]): Promise<readonly Record<string, unknown>[]> {
  const { out, status } = await netwatch(...words, '--json');
  expect(status).toBe(0);
  const file = at('compared.parquet');
  expect(await netwatch(...words, '-w', file, '--force')).toMatchObject({ status: 0, out: '' });
  const bytes = fs.readFileSync(file);
  const { type: held, columns } = parquetHead(bytes);
  const table = ALL_TABLES.find(({ type }) => type === held)!;
  const records = recordsOf(out).filter(({ type }) => type === table.type);
  const rows = await readParquet(bytes);
  expect(rows).toEqual(records.map((record) => asInParquet(table, columns, record)));
  if (!noDuck) expect(duckRows(file, table, columns)).toEqual(rows.map((row) => asInDuck(table, row)));
  return rows;
}

const corpus = (name: string): readonly string[] => {
  const from = path.join(ROOT, '../shared/corpus', name);
  if (!fs.existsSync(from)) return [];
  return fs.readdirSync(from).flatMap((file) => (/\.(pcap|pcapng|cap)$/.test(file) ? [path.join(from, file)] : []));
};
const CAPTURES = [
  LOOPBACK,
  path.join(ROOT, 'test/captures/tls-streams.pcap'),
  ...corpus('dev').filter((_, index) => index % 16 === 0),
];

describe('is what NDJSON is', () => {
  test.each(CAPTURES.map((file) => [path.basename(file), file]))('%s', async (_, file) => {
    expect((await compare('export', 'packets', '-r', file)).length).toBeGreaterThan(0);
    await compare('export', 'conns', '-r', file);
    await compare('export', 'streams', '-r', file);
  });

  test('the machine, what is summed up, and events', async () => {
    expect((await compare('export', 'conns', '--root', MACHINE)).length).toBeGreaterThan(10);
    await compare('export', 'conns', '--root', MACHINE, '--summary', 'process');
    const history = at('history.ndjson');
    const row = { ...(await firstConn()), type: 'conn_event', event: 'closed', previous_state: 'ESTABLISHED' };
    fs.writeFileSync(history, `${JSON.stringify(row)}\n`.repeat(3));
    expect(await compare('export', 'history', history, '--by', 'hour')).toMatchObject([{ closed: 3n }]);
  });

  test('fields that only who names them gets, and lists of numbers', async () => {
    const fields = 'time,ip.addr,tcp.port,tcp.flags,dns.id,dns.qry.name,tcp.flags.syn';
    const rows = await compare('export', 'packets', '-r', LOOPBACK, '--fields', fields);
    expect(rows.some((row) => (row['tcp.port'] as unknown[])?.length === 2)).toBe(true);
  });

  test.each(Object.keys(STATISTICS))('stats --by %s', async (by) => {
    const words = ['stats', '-r', LOOPBACK, '--by', by];
    const bytes = await bytesOf(...words, '-o', 'parquet');
    const table = STATISTICS[by as keyof typeof STATISTICS].tables[0];
    const records = recordsOf((await netwatch(...words, '--json')).out).filter(({ type }) => type === table.type);
    expect(await readParquet(bytes)).toEqual(
      records.map((record) => asInParquet(table, parquetHead(bytes).columns, record)),
    );
  });
});

const firstConn = async () => recordsOf((await netwatch('conns', '--root', MACHINE, '--json')).out)[0]!;

/** What a command writes into a pipe. */
async function bytesOf(...words: readonly string[]): Promise<Buffer> {
  return Buffer.from((await netwatch(...words)).out, 'latin1');
}

test('a file without rows has a schema, also when there is nothing to read', async () => {
  expect(await compare('export', 'conns', '-r', LOOPBACK, '-f', 'local_port == 1')).toEqual([]);
  const empty = at('empty.pcap');
  fs.writeFileSync(empty, fs.readFileSync(LOOPBACK).subarray(0, 24));
  expect(await compare('export', 'packets', '-r', empty)).toEqual([]);
  expect(parquetHead(fs.readFileSync(at('compared.parquet')))).toEqual({
    type: 'packet',
    columns: Object.keys(packet.fields),
    groups: [],
  });
});

test('snapshots follow each other', async () => {
  const reading = readingOf([socketOf(), socketOf({ key: 2, local_port: 7 })]);
  const platform = fakePlatform([reading, reading, reading]);
  const { out } = await runInProcess(['conns', '-o', 'parquet', '--interval', '1', '--count', '3'], { platform });
  expect((await readParquet(Buffer.from(out, 'latin1'))).map(({ local_port: port }) => port)).toEqual([
    50000, 7, 50000, 7, 50000, 7,
  ]);
});

test('names that are hostile are text', async () => {
  const name = `a\0b\x1b[2J'"\\\n\u202e\ud800${'x'.repeat(1_000_000)}`;
  const platform = fakePlatform([readingOf([])], [[interfaceOf({ name }), interfaceOf({ name: '' })]]);
  const { out, status } = await runInProcess(['ifaces', '-o', 'parquet', '--fields', 'name,mtu'], { platform });
  expect(status).toBe(0);
  const bytes = Buffer.from(out, 'latin1');
  expect(await readParquet(bytes)).toEqual([
    { name: unicode(name), mtu: 1500n },
    { name: '', mtu: 1500n },
  ]);
  if (noDuck) return;
  fs.writeFileSync(at('hostile.parquet'), bytes);
  const [table] = ALL_TABLES.filter(({ type }) => type === 'iface');
  expect(duckRows(at('hostile.parquet'), table!, ['name'])).toEqual([{ name: unicode(name) }, { name: '' }]);
});

test('what a column cannot hold is null, and told', async () => {
  const conn = await firstConn();
  const saved = [
    { ...conn, rx_bytes: 2 ** 62, local_port: 1.5, first_seen: 'long ago', rtt_ms: 1e29 },
    { ...conn, rx_bytes: 1e19, first_seen: '1677-12-31T23:59:59.999Z' },
    { ...conn, rx_bytes: -0.5, first_seen: '2261-12-31T23:59:59.999999999Z' },
  ];
  fs.writeFileSync(at('saved.ndjson'), saved.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const fields = ['--fields', 'rx_bytes,local_port,first_seen,rtt_ms'];
  const { status, said } = await netwatch(
    'export',
    'conns',
    '-r',
    at('saved.ndjson'),
    ...fields,
    '-w',
    at('s.parquet'),
  );
  expect(status).toBe(0);
  expect(said.slice(0, -1)).toEqual([
    'rx_bytes is null in 2 rows, where it was no whole number of 64 bits',
    'local_port is null in 1 row, where it was no port',
    'first_seen is null in 2 rows, where it was no time in the years 1678 to 2261',
  ]);
  expect(await readParquet(fs.readFileSync(at('s.parquet')))).toMatchObject([
    { rx_bytes: 2n ** 62n, local_port: null, first_seen: null, rtt_ms: 1e29 },
    { rx_bytes: null, first_seen: null },
    { rx_bytes: null, first_seen: BigInt(Date.UTC(2262)) * 1_000_000n - 1n },
  ]);
});

describe('what is refused', () => {
  test('a terminal', async () => {
    const terminal = { columns: 80, rows: 24 };
    const refused = await runInProcess(['conns', '-o', 'parquet'], { terminal });
    expect(refused).toMatchObject({
      status: 64,
      out: '',
      said: ['a Parquet file would go to a terminal as raw bytes', 'use -w FILE, > FILE or a pipe'],
    });
    const written = await runInProcess(['export', 'conns', '--root', MACHINE, '-w', at('terminal.parquet')], {
      terminal,
    });
    expect(written.status).toBe(0);
  });

  test('records of several types', async () => {
    const several = await netwatch('stats', '-r', LOOPBACK, '--by', 'dns,tls', '-o', 'parquet');
    expect(several).toMatchObject({ status: 64, out: '' });
    expect(several.said[0]).toBe('-o parquet has one schema: it cannot print dns and tls together');
    const coverage = await netwatch('export', 'conns', '--coverage', '-w', at('coverage.parquet'));
    expect(coverage).toMatchObject({ status: 64 });
    expect(fs.existsSync(at('coverage.parquet'))).toBe(false);
  });

  test('rows of another type that come along are left out, and told once', async () => {
    const { said } = await netwatch('follow', '-r', LOOPBACK, '--all', '-o', 'parquet');
    expect(said).toEqual([
      'segment records are left out, because a Parquet file has one schema; -o ndjson prints them',
    ]);
  });
});

test('a run that fails leaves no file', async () => {
  const torn = at('torn.pcap');
  fs.writeFileSync(torn, 'no capture');
  expect((await netwatch('export', 'packets', '-r', torn, '-w', at('torn.parquet'))).status).toBe(65);
  expect(fs.existsSync(at('torn.parquet'))).toBe(false);
});
