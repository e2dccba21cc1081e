import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EXIT, Failure } from '../../../src/core/failure.ts';
import { schemaOf } from '../../../src/core/record/schema.ts';
import { SNAPSHOT_PARTS, snapshot } from '../../../src/core/record/tables/snapshot.ts';
import { fakePlatform, readingOf, socketOf } from '../../support/fake-platform.ts';
import { netwatch, recordsOf, runInProcess } from '../../support/in-process.ts';
import { expectRecord } from '../../support/record-schema.ts';

const CAPTURE = path.resolve('test/captures/loopback.pcap');
const MACHINE = path.resolve('test/hosts/linux');
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-snapshot-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

type Row = Readonly<Record<string, unknown>>;
const PARTS = Object.keys(SNAPSHOT_PARTS);
const rowsOf = (document: Row, part: string): readonly Row[] => [document[part] ?? []].flat() as Row[];

test('help offers what a document has: two formats, and no rows to choose', async () => {
  const { out } = await netwatch('export', 'snapshot', '--help');
  expect(out).toMatch(/Output format: ndjson, json; the default is json\./);
  expect(out).not.toMatch(/--(tsv|csv|fields|sort|limit|no-header|filter)\b/);
  // who tries is told that it is understood, and not that it is unknown
  expect((await netwatch('export', 'snapshot', '--fields', 'host')).said[0]).toBe(
    '--fields cannot be used with -o json',
  );
});

test('every part of a machine, each with the records of its own command', async () => {
  const { status, out } = await netwatch('export', 'snapshot', '--root', MACHINE);
  const document = JSON.parse(out) as Row;
  expect(status).toBe(0);
  expect(Object.keys(document)).toEqual(['type', 'time', 'version', 'netwatch', 'of', 'source', ...PARTS]);
  expect(document).toMatchObject({ type: 'snapshot', version: 1, of: 'machine', source: MACHINE, streams: null });
  for (const part of PARTS) for (const row of rowsOf(document, part)) expectRecord(row);
  const printed = async (...words: readonly string[]): Promise<readonly Row[]> =>
    recordsOf((await netwatch(...words, '--json', '--root', MACHINE)).out).map(timeless);
  const exported = (part: string): readonly Row[] => rowsOf(document, part).map(timeless);
  expect(exported('host')).toEqual(await printed('ifaces', '--host'));
  expect(exported('ifaces')).toEqual(await printed('ifaces'));
  expect(exported('routes')).toEqual(await printed('ifaces', '--routes', '--table', 'all'));
  expect(exported('dns_servers')).toEqual(await printed('ifaces', '--dns'));
  expect(exported('neighbors')).toEqual(await printed('ifaces', '--neighbors'));
  expect(exported('counters').length).toBeGreaterThan(10);
  const sockets = await printed('conns');
  const listening = ({ state, remote_addr }: Row): boolean =>
    state === 'LISTEN' || (state === 'UNCONN' && remote_addr === null);
  expect(exported('listeners')).toEqual(sockets.filter(listening));
  expect(exported('conns')).toEqual(sockets.filter((row) => !listening(row)));
  expect([exported('listeners').length, exported('conns').length].every((length) => length > 0)).toBe(true);
});
const timeless = ({ time, ...row }: Row): Row => row;

test('its schema names every part, and is among all schemas', async () => {
  const schema = JSON.parse((await netwatch('schema', 'snapshot')).out) as {
    readonly required: string[];
    properties: Row;
  };
  expect(schema).toEqual(schemaOf(snapshot));
  expect(schema.required).toEqual(['type', ...Object.keys(snapshot.fields), ...PARTS]);
  expect(schema.properties.ifaces).toMatchObject({ type: ['array', 'null'], items: { title: 'iface' } });
  expect(schema.properties.host).toMatchObject({ oneOf: [{ title: 'host' }, { type: 'null' }] });
  const all = JSON.parse((await netwatch('schema')).out) as { readonly $defs: Row };
  expect(all.$defs.snapshot).toEqual(schema);
});

test('each record has a line; as NDJSON the document has one', async () => {
  const { out } = await netwatch('export', 'snapshot', '--root', MACHINE);
  const lines = out.split('\n').map((line) => line.replace(/,$/, ''));
  expect(recordsOf(lines.filter((line) => /^{"type":"neighbor".*}$/.test(line)).join('\n'))).toEqual(
    (JSON.parse(out) as Row).neighbors,
  );
  const line = (await netwatch('export', 'snapshot', '--root', MACHINE, '--json')).out;
  expect(line.split('\n').length).toBe(2);
  const { time, ...whole } = JSON.parse(out) as Row;
  expect(Object.keys(JSON.parse(line) as Row)).toEqual(['type', 'time', ...Object.keys(whole).slice(1)]);
});

test('a file for its owner alone, replaced only with --force; - is stdout', async () => {
  const write = (...words: readonly string[]) =>
    netwatch('export', 'snapshot', '--root', MACHINE, '-w', at('a.json'), ...words);
  expect(await write()).toMatchObject({
    status: 0,
    out: '',
    said: [`wrote ${fs.statSync(at('a.json')).size} bytes to ${at('a.json')}`],
  });
  expect(fs.statSync(at('a.json')).mode & 0o777).toBe(0o600);
  expect(JSON.parse(fs.readFileSync(at('a.json'), 'utf8'))).toMatchObject({ type: 'snapshot' });
  expect((await write()).status).toBe(73);
  expect((await write('--force', '--json')).status).toBe(0);
  expect(fs.readFileSync(at('a.json'), 'utf8').split('\n').length).toBe(2);
  expect(JSON.parse((await netwatch('export', 'snapshot', '--root', MACHINE, '-w', '-')).out)).toMatchObject({
    version: 1,
  });
});

test('a capture: its flows and streams, and that it holds no machine', async () => {
  const document = JSON.parse((await netwatch('export', 'snapshot', '-r', CAPTURE)).out) as Row;
  expect(document).toMatchObject({ of: 'capture', source: CAPTURE, host: null, ifaces: null, listeners: null });
  expect(document.conns).toEqual(recordsOf((await netwatch('conns', '-r', CAPTURE, '--json')).out));
  expect(document.streams).toEqual(recordsOf((await netwatch('follow', '-r', CAPTURE, '--list', '--json')).out));
  expect(document.limits).toMatchObject([{ type: 'limit', why: 'a capture does not hold them' }]);
});

test('what cannot be read is null, and its reason is told', async () => {
  const platform = {
    ...fakePlatform([readingOf([socketOf({ state: 'LISTEN' }), socketOf({ key: 2 })])]),
    readRoutes: () => Promise.reject(new Failure(EXIT.noPermission, 'netlink is closed', { hint: 'sudo netwatch' })),
    readNeighbors: async () => ({ rows: [], limits: [{ what: 'some', why: 'of \u001b[2J', remedy: null }] }),
  };
  const { status, out, said } = await runInProcess(['export', 'snapshot'], { platform });
  const document = JSON.parse(out) as Row;
  expect(status).toBe(0);
  // the host has gateways, which are routes
  expect([document.host, document.routes, document.neighbors]).toEqual([null, null, []]);
  expect(document.limits).toEqual([
    { type: 'limit', what: 'the host', why: 'netlink is closed', remedy: 'sudo netwatch' },
    { type: 'limit', what: 'routes', why: 'netlink is closed', remedy: 'sudo netwatch' },
    { type: 'limit', what: 'some', why: 'of \u001b[2J', remedy: null },
  ]);
  expect(out).not.toContain('\u001b');
  expect(said.join('\n')).toContain('routes');
  expect([rowsOf(document, 'listeners').length, rowsOf(document, 'conns').length]).toEqual([1, 1]);
});

describe('what is refused', () => {
  test.each<[string[], number, string]>([
    [['--csv'], 64, 'export snapshot has no format csv'],
    [['-o', 'tsv'], 64, '--output "tsv" is not one of ndjson, json'],
    [['-f', 'pid == 1'], 64, '--filter cannot be used with -o json'],
    [['--fields', 'time'], 64, '--fields cannot be used with -o json'],
    [['--keylog', 'x'], 64, '--keylog needs a capture: export snapshot -r FILE --keylog FILE'],
    [['-r', CAPTURE, '--netns', 'x'], 64, '--netns needs a live machine, not --read'],
    [['-r', CAPTURE, '--root', MACHINE], 64, '--root cannot be used with --read'],
    [['-r', 'package.json'], 65, 'package.json is no capture'],
    [['-r', 'nowhere.pcap'], 66, 'no such file: nowhere.pcap'],
    [['--root', 'src'], 66, 'no saved machine in src: it has neither proc/ nor run/'],
  ])('%j', async (words, status, message) => {
    const ran = await netwatch('export', 'snapshot', ...words);
    expect([ran.status, ran.said[0], ran.out]).toEqual([status, message, '']);
  });
});
