import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../../src/commands/program/program.ts';
import { EXIT } from '../../../src/core/failure.ts';
import { PLAIN_ROUTE, type RouteRow } from '../../../src/core/record/tables/network-config.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { fakePlatform, readingOf, socketOf } from '../../support/fake-platform.ts';

const LOOPBACK = path.join(import.meta.dirname, '../../captures/loopback.pcap');

const route = (given: Partial<RouteRow>): RouteRow => ({
  family: 'ipv4',
  dst: 'default',
  gateway: '192.0.2.1',
  iface: 'eth0',
  metric: 0,
  src: null,
  scope: 'global',
  proto: 'boot',
  table: 'main',
  kind: 'unicast',
  ...PLAIN_ROUTE,
  ...given,
});
const ROUTES = [
  route({}),
  route({ dst: '10.1.0.0/16', table: '100' }),
  route({ dst: '127.0.0.1', table: 'local', kind: 'local' }),
  route({ dst: '10.2.0.0/16', table: 'default' }),
  route({ dst: '10.3.0.0/16', table: null }),
  route({ dst: '10.4.0.0/16', table: 'scoped' }),
];

async function netwatch(...words: readonly string[]) {
  const platform = {
    ...fakePlatform([readingOf([socketOf()])]),
    readRoutes: async () => ({ rows: ROUTES, limits: [] }),
  };
  const context = fakeContext({ platform });
  const status = await run(context, words);
  return { status, lines: context.out().trimEnd().split('\n'), said: context.said };
}

const dstOf = (line: string): string => line.split('\t')[1]!;

describe('rows of several moments', () => {
  test.each(['tsv', 'csv'])('begin with their time as %s', async (format) => {
    const { lines } = await netwatch('conns', '-o', format, '--interval', '1', '--count', '2');
    const separator = format === 'tsv' ? '\t' : ',';
    expect(lines.map((line) => line.split(separator).slice(0, 2))).toEqual([
      ['time', 'proto'],
      ['2026-01-02T03:04:05.678Z', 'tcp'],
      ['2026-01-02T03:04:06.678Z', 'tcp'],
    ]);
  });

  test('also where the record has no time', async () => {
    const { lines } = await netwatch('ifaces', '--routes', '--csv', '--interval', '1', '--count', '2');
    expect(lines).toEqual([
      'time,family,dst,gateway,iface,metric,src,scope,proto,table,kind,from,weight,flags',
      '2026-01-02T03:04:05.678Z,ipv4,default,192.0.2.1,eth0,0,,global,boot,main,unicast,,,',
      '2026-01-02T03:04:05.678Z,ipv4,10.3.0.0/16,192.0.2.1,eth0,0,,global,boot,,unicast,,,',
      '2026-01-02T03:04:06.678Z,ipv4,default,192.0.2.1,eth0,0,,global,boot,main,unicast,,,',
      '2026-01-02T03:04:06.678Z,ipv4,10.3.0.0/16,192.0.2.1,eth0,0,,global,boot,,unicast,,,',
    ]);
  });

  test('have the fields that were named, and no others', async () => {
    const { lines } = await netwatch('conns', '--tsv', '--fields', 'pid', '--interval', '1', '--count', '2');
    expect(lines).toEqual(['pid', '777', '777']);
  });

  test('keep their columns as tables and JSON, and so does one moment alone', async () => {
    const table = await netwatch('conns', '-o', 'table', '--interval', '1', '--count', '2');
    expect(table.lines[0]).toMatch(/^PROTO /);
    const json = await netwatch('ifaces', '--routes', '--json', '--interval', '1', '--count', '1');
    expect(json.lines[0]).toMatch(/^\{"type":"route","family":"ipv4",/);
    expect((await netwatch('conns', '--csv')).lines[0]).toMatch(/^proto,state,/);
    expect((await netwatch('stats', '-r', LOOPBACK, '--by', 'endpoints', '--csv')).lines[0]).toMatch(/^addr,packets,/);
  });
});

describe('a CSV has one header', () => {
  test.each([
    [
      ['stats', '-r', LOOPBACK, '--by', 'dns,ports', '--csv'],
      '-o csv has one header: it cannot print dns and ports together',
    ],
    [
      ['stats', '-r', LOOPBACK, '--by', 'dns,ports', '-o', 'csv'],
      '-o csv has one header: it cannot print dns and ports together',
    ],
    [['conns', '--coverage', '--csv'], '-o csv has one header: it cannot print conn and coverage records together'],
  ])('%j is refused', async (words, message) => {
    await expect(netwatch(...words)).rejects.toMatchObject({ exit: EXIT.usage, message });
  });

  test('a second type that comes along is left out, and chosen by its fields', async () => {
    const { lines, said } = await netwatch('stats', '-r', LOOPBACK, '--by', 'handshakes', '--csv');
    expect(lines[0]).toMatch(/^stream,client_addr,/);
    expect(lines.filter((line) => line === '' || line.startsWith('bucket'))).toEqual([]);
    expect(said).toEqual([
      'handshake_histogram records are left out, because a CSV has one header; -o ndjson or -o tsv prints them',
    ]);
    const histogram = await netwatch(
      'stats',
      '-r',
      LOOPBACK,
      '--by',
      'handshakes',
      '--csv',
      '--fields',
      'bucket,count',
    );
    expect([histogram.lines.length, histogram.lines[0], histogram.said]).toEqual([9, 'bucket,count', []]);
  });

  test('as TSV record types are parted by an empty line and a header', async () => {
    const { lines, said } = await netwatch('stats', '-r', LOOPBACK, '--by', 'ports,handshakes', '--tsv');
    const headers = lines.filter((_line, at) => at === 0 || lines[at - 1] === '');
    expect(headers.map((line) => line.split('\t')[0])).toEqual(['proto', 'stream', 'bucket']);
    expect(said).toEqual([]);
    expect((await netwatch('conns', '--coverage', '--tsv', '-q')).lines).toContain('');
  });
});

test('no format for programs has a bar', async () => {
  for (const by of ['protocols', 'handshakes'])
    for (const format of ['tsv', 'csv', 'json', 'ndjson']) {
      const { lines } = await netwatch('stats', '-r', LOOPBACK, '--by', by, '-o', format, '-q');
      expect(lines.join('')).not.toMatch(/█|"bar"|\bbar\b/);
    }
  for (const format of ['table', 'markdown'])
    expect((await netwatch('stats', '-r', LOOPBACK, '-o', format)).lines.join('')).toContain('█'.repeat(30));
});

describe('ifaces --routes', () => {
  const dsts = async (...words: readonly string[]): Promise<string[]> =>
    (await netwatch('ifaces', '--routes', '--no-header', ...words)).lines.map(dstOf);

  test('shows the main table, and what may be of it', async () => {
    expect(await dsts()).toEqual(['default', '10.3.0.0/16']);
    expect(await dsts('--table', 'main')).toEqual(await dsts());
    expect(await dsts('--table', '254')).toEqual(await dsts());
  });

  test.each([
    ['100', ['10.1.0.0/16', '10.3.0.0/16']],
    ['0100', ['10.1.0.0/16', '10.3.0.0/16']],
    ['local', ['127.0.0.1', '10.3.0.0/16']],
    ['255', ['127.0.0.1', '10.3.0.0/16']],
    ['default', ['10.2.0.0/16', '10.3.0.0/16']],
    ['253', ['10.2.0.0/16', '10.3.0.0/16']],
    ['scoped', ['10.3.0.0/16', '10.4.0.0/16']],
    ['7', ['10.3.0.0/16']],
    ['all', ROUTES.map(({ dst }) => dst)],
  ])('of table %s', async (table, expected) => {
    expect(await dsts('--table', table)).toEqual(expected);
  });

  test.each([
    [['--routes', '--table', 'mains'], '--table "mains" is no routing table'],
    [['--routes', '--table', '0x10'], '--table "0x10" is no routing table'],
    [['--routes', '--table', '4294967296'], '--table "4294967296" is no routing table'],
    [['--routes', '--table', '12345678901'], '--table "12345678901" is no routing table'],
    [['--table', 'all'], '--table needs --routes'],
    [['--dns', '--table', 'all'], '--table needs --routes'],
  ])('%j is refused', async (words, message) => {
    await expect(netwatch('ifaces', ...words)).rejects.toMatchObject({ exit: EXIT.usage, message });
  });
});
