import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { netwatch } from '../../support/in-process.ts';

const DEN = path.join(import.meta.dirname, '../../hosts/linux');
const COUNT = 'proc/sys/net/netfilter/nf_conntrack_count';

test.each([
  ['62260', ['error']],
  ['62259', ['warn']],
  ['52429', ['warn']],
  ['52428', []],
])('a saved machine that tracks %s connections of 65536', async (count, severities) => {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-machine-'));
  onTestFinished(() => fs.rmSync(root, { recursive: true }));
  fs.cpSync(DEN, root, { recursive: true, verbatimSymlinks: true });
  fs.writeFileSync(path.join(root, COUNT), `${count}\n`);
  const { out: printed } = await netwatch('insights', '--root', root, '--json');
  const rows = printed.split('\n').filter((line) => line !== '');
  const found = rows.map((line) => JSON.parse(line)).filter(({ rule }) => rule === 'conntrack_full');
  expect(found.map(({ severity }) => severity)).toEqual(severities);
});
