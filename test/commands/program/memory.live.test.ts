import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FloodKind, writeFlood } from '../../support/flood.ts';
import { ROOT, startNetwatch } from '../../support/program.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-memory-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const PATIENCE_MS = 240_000;
const MEBIBYTE = 1024 * 1024;

const LOOP_DELAY = path.join(ROOT, 'test/support/loop-delay.js');

/** Runs the built program; its output, and the most memory it had, in MiB. */
async function measured(...args: string[]) {
  const env = { NODE_OPTIONS: `--import=${LOOP_DELAY}` };
  const { stdout, stderr, status } = await startNetwatch(args, { env }).ended;
  const [told, bytes] = /stall \d+ memory (\d+)\n/.exec(stderr)!;
  return { stdout, stderr: stderr.replace(told, ''), status, mebibytes: Number(bytes) / MEBIBYTE };
}

function flood(kind: FloodKind, count: number): string {
  const file = path.join(folder, `${kind}.pcap`);
  writeFlood(file, kind, count);
  return file;
}

describe('a flood of connections', () => {
  let file = '';
  beforeAll(() => {
    file = flood('syns', 300_000);
  });

  test.each([[['follow', '--list']], [['stats', '--by', 'conversations']]])(
    '%j takes the memory of those that are remembered, and says how many are not',
    async (args) => {
      const { stdout, stderr, status, mebibytes } = await measured(...args, '-r', file, '--json');
      expect(status).toBe(0);
      const lines = stdout.trimEnd().split('\n');
      const [, forgotten] = /([\d,]+) conversations forgotten: there were too many at once/.exec(stderr)!;
      expect(JSON.parse(lines.at(-1)!)).toMatchObject({
        type: 'gap',
        dropped: Number(forgotten!.replaceAll(',', '')),
        reason: expect.stringContaining('conversations forgotten'),
      });
      expect(lines.length - 1 + Number(forgotten!.replaceAll(',', ''))).toBe(300_000);
      expect(mebibytes).toBeLessThan(400);
    },
    PATIENCE_MS,
  );
});

describe('more messages than are held', () => {
  test(
    'are printed as they are read, all of them and in their order',
    async () => {
      const file = flood('requests', 100_000);
      const { stdout, stderr, status, mebibytes } = await measured('stats', '-r', file, '--by', 'http', '--csv');
      expect([status, stderr]).toEqual([0, '']);
      const [header, ...rows] = stdout.trimEnd().split('\n');
      const columns = header!.split(',');
      const [uri, code] = [columns.indexOf('uri'), columns.indexOf('status')];
      expect(rows.map((row) => Number(row.split(',')[uri]!.slice(1)))).toEqual(
        Array.from({ length: 100_000 }, (_, number) => number),
      );
      expect(rows.every((row) => row.split(',')[code] === '200')).toBe(true);
      expect(mebibytes).toBeLessThan(250);
    },
    PATIENCE_MS,
  );

  test(
    'of a statistic that is not the first are held within a limit, and the others are counted',
    async () => {
      const file = flood('requests', 200_000);
      const { stdout, stderr } = await measured('stats', '-r', file, '--by', 'summary,http', '--json');
      const [, left] = /([\d,]+) http_request records left out/.exec(stderr)!;
      const rows = stdout.split('\n').filter((line) => line.startsWith('{"type":"http_request"'));
      expect(rows.length + Number(left!.replaceAll(',', ''))).toBe(200_000);
      expect(stdout.trimEnd().split('\n').at(-1)).toContain('"type":"gap"');
    },
    PATIENCE_MS,
  );
});
