import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { text } from '../../../src/core/record/field.ts';
import { type AnyRow, type RecordTable, table } from '../../../src/core/record/table.ts';
import { ALL_TABLES } from '../../../src/core/record/tables/all.ts';
import { conn } from '../../../src/core/record/tables/conn.ts';
import { iface } from '../../../src/core/record/tables/iface.ts';
import { RowRedactor } from '../../../src/core/redact/redact-rows.ts';
import { REDACT_WORDS, type RedactWord } from '../../../src/core/redact/redact-words.ts';
import { Redaction } from '../../../src/core/redact/redaction.ts';
import { CANARY_FRAMES, canariesIn } from '../../support/canaries.ts';
import { pcap } from '../../support/captures.ts';
import { netwatch, recordsOf } from '../../support/in-process.ts';

const redactor = new RowRedactor(new Redaction(REDACT_WORDS, new Uint8Array(32).fill(5)));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-rows-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const capture = path.join(folder, 'canaries.pcap');
fs.writeFileSync(capture, pcap(CANARY_FRAMES.map((frame) => ({ bytes: Uint8Array.from(frame) }))));

/** Rows of a command, redacted, by the tables that their types name. */
async function redacted(...words: readonly string[]): Promise<{ before: string; after: string; rows: number }> {
  const { out } = await netwatch(...words, '--json');
  const rows = recordsOf(out);
  const of = (type: unknown): RecordTable => ALL_TABLES.find((one) => one.type === type)!;
  const after = rows.map(({ type, ...row }) => redactor.row(of(type), row));
  return { before: out, after: JSON.stringify(after), rows: rows.length };
}

test.each([
  ['stats', '--by', 'conversations'],
  ['stats', '--by', 'endpoints'],
  ['stats', '--by', 'dns'],
  ['stats', '--by', 'http'],
  ['stats', '--by', 'tls'],
  ['stats', '--by', 'expert'],
  ['stats', '--by', 'protocols'],
  ['conns'],
  ['follow', '--list'],
  ['capture'],
])('no canary is in redacted records: %s %s %s', async (command, ...words) => {
  const { after, rows } = await redacted(command!, '-r', capture, ...words);
  expect(rows).toBeGreaterThan(0);
  expect(canariesIn(Buffer.from(after))).toEqual([]);
});

test('canaries were there', async () => {
  expect(
    canariesIn(Buffer.from((await redacted('stats', '-r', capture, '--by', 'dns')).before)).length,
  ).toBeGreaterThan(3);
});

test('what a row holds: numbers and closed sets stay, addresses and names become others, texts are gone', () => {
  const row: AnyRow = {
    proto: 'tcp',
    state: 'ESTABLISHED',
    local_addr: '10.0.0.1',
    local_port: 443,
    remote_addr: '93.184.216.34',
    remote_host: 'www.example.com',
    server_name: 'www.example.com',
    process: 'nginx',
    cmdline: 'nginx -c /home/ann',
    user: 'ann',
    iface: 'enx001b21ca4a7e',
    service: 'https',
    pids: ['12'],
    geo_country: 'US',
    asn: 64_496,
    community_id: '1:abc',
    rtt_ms: 1.5,
    unheard: 'of',
  };
  const made = redactor.row(conn, row);
  expect(made).toMatchObject({
    proto: 'tcp',
    state: 'ESTABLISHED',
    local_port: 443,
    process: 'nginx',
    service: 'https',
    rtt_ms: 1.5,
  });
  expect(made).toMatchObject({
    pids: ['12'],
    cmdline: null,
    geo_country: null,
    asn: null,
    community_id: null,
    unheard: null,
  });
  expect(made.local_addr).toMatch(/^10\./);
  expect(made.server_name).toBeNull();
  const hosts = new RowRedactor(new Redaction(['hosts'], new Uint8Array(32).fill(5))).row(conn, row);
  expect(hosts.remote_host).toBe(hosts.server_name);
  expect(hosts).toMatchObject({ local_addr: '10.0.0.1', geo_country: 'US', community_id: '1:abc', cmdline: null });
  expect(JSON.stringify(made)).not.toMatch(/example|ann|001b21|93\.184|10\.0\.0\.1"/);
  expect(Object.keys(made)).toEqual(Object.keys(row));
  const odd = redactor.row(conn, { state: '10.0.0.1', process: '203.0.113.7', service: '203.0.113.7', iface: 'lo' });
  expect(odd).toEqual({ state: '', process: null, service: null, iface: 'lo' });
});

test('addresses of interfaces, in lists', () => {
  const made = redactor.row(iface, {
    name: 'eth0',
    ipv4: ['93.184.216.34/24'],
    mac: '00:1b:21:ca:4a:7e',
    alias: 'to HQ',
  });
  expect(made).toMatchObject({ name: 'eth0', alias: null });
  expect(JSON.stringify(made)).not.toMatch(/93\.184|1b:21/);
  expect((made.ipv4 as string[])[0]).toMatch(/\/24$/);
});

test('the vendor of a network card goes with the card', () => {
  const of = (...words: readonly RedactWord[]): AnyRow =>
    new RowRedactor(new Redaction(words, new Uint8Array(32))).row(iface, { mac: '00:1b:21:ca:4a:7e', vendor: 'Intel' });
  expect(of('macs').vendor).toBeNull();
  expect(of('ips')).toEqual({ mac: '00:1b:21:ca:4a:7e', vendor: 'Intel' });
});

test('a text that is never null becomes empty, and what a field holds is asked once for a table', () => {
  const other = table('other', 'One row.', { note: text('Any text.') });
  expect([...redactor.rows(other, [{ note: 'secret' }, { note: 'more' }])]).toEqual([{ note: '' }, { note: '' }]);
  const [section] = redactor.snapshot([{ table: other, rows: [{ note: 'secret' }] }]);
  expect([...section!.rows]).toEqual([{ note: '' }]);
});
