import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openProbeFiles } from '../../../src/commands/probe/probe-files.ts';
import type { ProbeFilesRequest } from '../../../src/commands/probe/probe-request.ts';
import { probeExposition } from '../../../src/core/health/reports/probe-metrics.ts';
import { parseTarget } from '../../../src/core/health/target.ts';
import type { ProbeRow } from '../../../src/core/record/tables/probe.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { roundOf } from '../../support/probe-rows.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-probe-files-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);
const read = (name: string): string | null => (fs.existsSync(at(name)) ? fs.readFileSync(at(name), 'utf8') : null);

const A = 'icmp://192.0.2.1';
const B = 'tcp://192.0.2.2:443';
const open = (request: Partial<ProbeFilesRequest>, targets = [A, B]) =>
  openProbeFiles(
    { history: null, exposition: null, repeats: false, ...request },
    targets.map(parseTarget),
    realClock,
    null,
  );
const first = roundOf(A, [10]);
const again = roundOf(A, [20]);
const second = roundOf(B, [null]);

test('of the history, records that pass are lines, as they come', async () => {
  const files = open({ history: { file: at('h'), mostBytes: 1_000_000 } });
  await files.take([first, second], [second]);
  expect(read('h')).toBe(`${JSON.stringify({ type: 'probe', ...second })}\n`);
  await files.take([again], [again]);
  await files.take([again], []);
  await files.end();
  const lines = read('h')!.trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as ProbeRow & { type: string })).toEqual([
    { type: 'probe', ...second },
    { type: 'probe', ...again },
  ]);
  expect(fs.readdirSync(folder)).toEqual(['h']);
});

test('what cannot be written is refused before a round', () => {
  const file = at('none/file');
  for (const request of [{ history: { file, mostBytes: 1000 } }, { exposition: file }])
    expect(() => open(request)).toThrow(expect.objectContaining({ exit: 73 }));
});

test('metrics of one round are written at its end, when every target was asked', async () => {
  const files = open({ exposition: at('m') });
  await files.take([first], [first]);
  await files.take([second], [second]);
  expect(read('m')).toBe(null);
  await files.end();
  expect(read('m')).toBe(probeExposition([first, second], false));
  expect(fs.statSync(at('m')).mode & 0o777).toBe(0o644);
});

test('a run that was interrupted before every target was asked writes none', async () => {
  const files = open({ exposition: at('m') });
  await files.take([first], [first]);
  await files.take([again], [again]);
  await files.end();
  expect(read('m')).toBe(null);
});

test('metrics of several rounds are written after each, once every target was asked; the last of each target counts', async () => {
  const files = open({ exposition: at('m'), repeats: true });
  await files.take([first], [first]);
  expect(read('m')).toBe(null);
  // a target that does not pass was asked all the same
  await files.take([second], []);
  expect(read('m')).toBe(probeExposition([first], true));
  await files.take([again], [again]);
  expect(read('m')).toBe(probeExposition([again], true));
  await files.take([second], [second]);
  fs.rmSync(at('m'));
  await files.end();
  expect(read('m')).toBe(probeExposition([again, second], true));
});

test('a target that is named twice counts once, and both files are written', async () => {
  const files = open({ exposition: at('m'), history: { file: at('h'), mostBytes: 1_000_000 } }, [A, A]);
  await files.take([first], [first]);
  await files.end();
  expect(read('m')).toBe(probeExposition([first], false));
  expect(read('h')).toBe(`${JSON.stringify({ type: 'probe', ...first })}\n`);
});

test('without a request nothing is written', async () => {
  const files = open({});
  await files.take([first], [first]);
  await files.end();
  expect(fs.readdirSync(folder)).toEqual([]);
});
