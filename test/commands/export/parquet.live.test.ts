import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { noNetwork } from '../../platform/linux/live-network.ts';
import { recordsOf } from '../../support/in-process.ts';
import { openLiveScene } from '../../support/live-scene.ts';
import { writeNumbered } from '../../support/numbered-pcap.ts';
import { parquetHead, readParquet } from '../../support/parquet.ts';
import { BIN, hasOpened, listensToSignals, netwatch, startNetwatch } from '../../support/program.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-parquet-live-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

describe.skipIf(noNetwork !== null)('the machine', () => {
  test('has the same connections in Parquet as in NDJSON', async () => {
    const scene = openLiveScene('parquet');
    await scene.run(`
      const net = require('node:net');
      net.createServer((socket) => socket.resume()).listen(8080, '127.0.0.1', () => {
        for (let n = 0; n < 20; n++) net.connect(8080, '127.0.0.1');
        require('node:dgram').createSocket('udp6').bind(53, () => process.stdout.write('ready'));
      });`);
    const steady = [
      '--fields',
      'proto,family,local_addr,local_port,remote_addr,remote_port,pid,process,uid,user,inode',
    ];
    const words = ['export', 'conns', ...steady, '-w'];
    for (const name of ['a.ndjson', 'a.parquet'])
      expect((await scene.start([...words, at(name)]).ended).status).toBe(0);
    scene.remove();
    const inOrder = (rows: readonly object[]): readonly string[] =>
      rows.map((row) => JSON.stringify(Object.values(row), asText)).sort();
    const records = recordsOf(fs.readFileSync(at('a.ndjson'), 'utf8')).map(({ type: _, ...row }) => row);
    expect(records.length).toBeGreaterThan(20);
    expect(inOrder(await readParquet(fs.readFileSync(at('a.parquet'))))).toEqual(inOrder(records));
  });
});

/** Numbers of 64 bits and others as the same text. */
const asText = (_: string, value: unknown): unknown =>
  typeof value === 'bigint' || typeof value === 'number' ? String(value) : value;

test('a run that is interrupted leaves what it had, whole', async () => {
  const file = at('interrupted.parquet');
  const { child, ended } = startNetwatch(['export', 'conns', '--interval', '50ms', '-w', file]);
  await hasOpened(child.pid!, file);
  await listensToSignals(child.pid!);
  child.kill('SIGINT');
  expect((await ended).status).toBe(130);
  const bytes = fs.readFileSync(file);
  const { type, groups } = parquetHead(bytes);
  expect(type).toBe('conn');
  expect(await readParquet(bytes)).toHaveLength(groups.reduce((sum, rows) => sum + rows, 0));
});

describe('many rows', () => {
  const many = at('many.pcap');
  const ROWS = 300_000;
  writeNumbered(many, ROWS, 60);

  test('need no more memory than those of a group', async () => {
    const words = ['--max-old-space-size=96', BIN, 'export', 'packets', '-r', many, '-w', at('many.parquet')];
    const { status, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, expect.stringContaining('wrote')]);
    const { groups } = parquetHead(fs.readFileSync(at('many.parquet')));
    expect(groups.reduce((sum, rows) => sum + rows, 0)).toBe(ROWS);
    expect(Math.max(...groups)).toBeLessThan(20_000);
  });

  test('that do not fit on the disk leave no file, and end with 74', async () => {
    const shell = (line: string) =>
      spawnSync('sh', ['-c', line, process.execPath, BIN], { encoding: 'utf8', cwd: folder });
    const limited = shell('ulimit -f 400; "$0" "$1" export packets -r many.pcap -w full.parquet');
    expect([limited.status, limited.stderr]).toEqual([74, expect.stringContaining('full.parquet cannot be written')]);
    expect(fs.existsSync(at('full.parquet'))).toBe(false);
    const full = shell('"$0" "$1" export packets -r many.pcap -o parquet > /dev/full');
    expect([full.status, full.stderr]).toEqual([74, expect.stringContaining('cannot write the output')]);
  });

  test('that nobody reads any more end the run quietly', async () => {
    const line = '"$0" "$1" capture -r many.pcap -o parquet | head -c 4; exit';
    const { status, stdout, stderr } = spawnSync('sh', ['-c', line, process.execPath, BIN], {
      encoding: 'utf8',
      cwd: folder,
    });
    expect([status, stdout, stderr]).toEqual([0, 'PAR1', '']);
  });
});

test('a device is no file to be made', async () => {
  expect((await netwatch('export', 'conns', '-o', 'parquet', '-w', '/dev/full')).status).toBe(73);
});
