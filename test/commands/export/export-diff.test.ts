import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { netwatch, recordsOf } from '../../support/in-process.ts';
import { expectRecord } from '../../support/record-schema.ts';

const MACHINE = path.resolve('test/hosts/linux');
let folder: string;
beforeEach(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-diff-'));
  await netwatch('export', 'snapshot', '--root', MACHINE, '-w', at('a.json'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

type Document = Record<string, unknown> & { ifaces: Record<string, unknown>[]; dns_servers: unknown[] };

/** A copy of the snapshot, changed. */
function changed(name: string, edit: (document: Document) => void): string {
  const document = JSON.parse(fs.readFileSync(at('a.json'), 'utf8')) as Document;
  edit(document);
  fs.writeFileSync(at(name), JSON.stringify(document));
  return at(name);
}
const diff = (...words: readonly string[]) => netwatch('export', 'diff', ...words);
const twoChanges = () =>
  changed('b.json', (document) => {
    document.ifaces[1]!.mtu = 1400;
    document.dns_servers = document.dns_servers.slice(1);
  });

test('0 where nothing has changed, 1 where something has, and a record for each change', async () => {
  expect(await diff(at('a.json'), at('a.json'), '--json')).toEqual({
    status: 0,
    out: '',
    said: ['nothing has changed'],
  });
  const { status, out, said } = await diff(at('a.json'), twoChanges(), '--json');
  expect([status, said]).toEqual([1, ['the snapshots differ: 2 changes']]);
  for (const row of recordsOf(out)) expectRecord(row);
  expect(recordsOf(out)).toMatchObject([
    { what: 'iface_fact', key: 'eth0', field: 'mtu', before: '1500', after: '1400' },
    { what: 'dns_server', change: 'removed', key: '9.9.9.9:53' },
  ]);
  expect((await diff(at('a.json'), at('b.json'), '-q')).said).toEqual([]);
});

test('what is ignored, and what a filter leaves out, does not count', async () => {
  twoChanges();
  const some = await diff(at('a.json'), at('b.json'), '--ignore', 'dns_server', '--json');
  expect([some.status, recordsOf(some.out).length]).toEqual([1, 1]);
  expect((await diff(at('a.json'), at('b.json'), '--ignore', 'dns_server,iface_fact')).status).toBe(0);
  expect((await diff(at('a.json'), at('b.json'), '-f', 'field == mtu')).status).toBe(1);
  expect((await diff(at('a.json'), at('b.json'), '-f', 'what == remote')).status).toBe(0);
  // those beyond --limit have changed all the same
  expect((await diff(at('a.json'), at('b.json'), '--limit', '0')).status).toBe(1);
});

test('compressed snapshots are read, and markdown is a table for an issue', async () => {
  fs.writeFileSync(at('a.json.gz'), zlib.gzipSync(fs.readFileSync(at('a.json'))));
  const { status, out } = await diff(at('a.json.gz'), twoChanges(), '-o', 'markdown');
  expect([status, out.split('\n').length]).toEqual([1, 5]);
});

test('parts that one does not have, and snapshots in the wrong order, are told', async () => {
  const less = changed('less.json', (document) => {
    document.routes = null;
    document.time = '2020-01-01T00:00:00.000Z';
  });
  expect(await diff(at('a.json'), less, '--ignore', 'host,counter')).toMatchObject({
    status: 0,
    said: [
      `${at('a.json')} was taken after ${less}: what is added was there before`,
      'not compared, because one of the snapshots does not have them: routes',
      'nothing has changed',
    ],
  });
});

test('a snapshot of a capture has its conversations to compare', async () => {
  await netwatch('export', 'snapshot', '-r', 'test/captures/loopback.pcap', '-w', at('capture.json'));
  await netwatch('export', 'snapshot', '-r', 'test/captures/tls-suites.pcap', '-w', at('other.json'));
  const { status, out } = await diff(at('capture.json'), at('other.json'), '--json');
  expect(status).toBe(1);
  expect(recordsOf(out)).toContainEqual(
    expect.objectContaining({ what: 'remote', change: 'removed', key: 'tcp 127.0.0.1:8080', direction: 'out' }),
  );
});

describe('what is refused', () => {
  test.each<[() => string[], number, string]>([
    [() => [], 64, 'export diff compares two snapshots, not 0'],
    [() => [at('a.json')], 64, 'export diff compares two snapshots, not 1'],
    [() => ['a', 'b', 'c'], 64, 'export diff compares two snapshots, not 3'],
    [() => ['-', '-'], 64, 'only one of the two snapshots can be stdin'],
    [() => [at('a.json'), at('a.json'), '--ignore', 'mtu'], 64, '--ignore "mtu" is no kind of change'],
    [() => [at('a.json'), at('none.json')], 66, 'no such file'],
    [() => [at('a.json'), 'test/captures/loopback.pcap'], 65, 'test/captures/loopback.pcap is not a snapshot'],
    [() => [at('a.json'), changed('v2.json', (one) => (one.version = 2))], 65, 'is a snapshot of version 2'],
    [() => [cut('cut.json'), at('a.json')], 65, 'cut.json is a snapshot that is cut short or damaged'],
    [() => [cut('cut.gz'), at('a.json')], 65, 'cut.gz is cut short'],
    [
      () => [at('a.json'), nested('deep.json')],
      65,
      'deep.json is no snapshot: more than 64 lists are inside one another',
    ],
  ])('%#', async (words, status, message) => {
    const ran = await diff(...words(), '--json');
    expect([ran.status, ran.out]).toEqual([status, '']);
    expect(ran.said[0]).toContain(message);
  });

  /** Only a list in a text, and then lists in lists in a field that nobody knows. */
  function nested(name: string): string {
    const field = `${'['.repeat(1e6)}${']'.repeat(1e6)}`;
    const text = fs.readFileSync(at('a.json'), 'utf8');
    fs.writeFileSync(at(name), text.replace('{', `{"x":"\\"${'['.repeat(100)}","y":${field},`));
    return at(name);
  }

  function cut(name: string): string {
    const bytes = fs.readFileSync(at('a.json'));
    fs.writeFileSync(at(name), name.endsWith('.gz') ? zlib.gzipSync(bytes).subarray(0, 900) : bytes.subarray(0, 9000));
    return at(name);
  }

  test('no more is read of what has no end than a snapshot may have', async () => {
    fs.writeFileSync(at('bomb.gz'), zlib.gzipSync(Buffer.alloc(300 * 1024 * 1024, ' ')));
    const ran = await diff(at('bomb.gz'), at('a.json'));
    expect([ran.status, ran.said[0]]).toEqual([65, `${at('bomb.gz')} is no snapshot: it has more than 268 MB`]);
  });
});
