import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bundle } from './bundle.js';
import { readFinding } from './finding.ts';
import { textOf } from './target.ts';

let folder: string;
let file: string;
beforeAll(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-planted-'));
  file = await bundle(path.join(import.meta.dirname, 'planted.ts'), folder);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const fuzz = (...args: readonly string[]) => spawnSync(process.execPath, [file, ...args], { encoding: 'utf8' });

/** What a run of one target that is never cut short by its time found first. */
function firstOf(target: string, findings: string): ReturnType<typeof readFinding> {
  const { stdout, status } = fuzz('--seconds', '2', '--seed', '5', '--target', target, '--findings', findings);
  expect([status, stdout.split('\n')[0]]).toEqual([1, 'seed 5, 2 s']);
  const names = fs.readdirSync(findings).filter((name) => name.startsWith(`${target}-5-`));
  return names.map((name) => readFinding(path.join(findings, name))).sort((one, other) => one.index - other.index)[0]!;
}

test('a throw is found, made small, and found again by its seed and by its file', { timeout: 120_000 }, () => {
  const [one, other] = ['one', 'other'].map((name) => firstOf('throws', path.join(folder, name)));
  expect(one!.problem).toMatch(/^RangeError: no 77\n/);
  expect(one!.input.pieces.map(textOf)).toEqual(['77']);
  expect(other).toEqual(one);
  const again = fuzz('--replay', path.join(folder, 'one', `throws-5-${one!.index}.json`));
  expect([again.status, again.stdout]).toEqual([1, expect.stringContaining('RangeError: no 77')]);
});

test('what takes too long is found and made small', { timeout: 120_000 }, () => {
  const { problem, input } = firstOf('dawdles', path.join(folder, 'dawdles'));
  expect(problem).toMatch(/^took \d+ ms of CPU time$/);
  expect(input.pieces.map(textOf)).toEqual(['770']);
});

test('what never ends is found, and the others go on', { timeout: 120_000 }, () => {
  const { problem, input } = firstOf('hangs', path.join(folder, 'hangs'));
  expect(problem).toMatch(/^did not end within \d+ ms of CPU time$/);
  expect(input.pieces.map(textOf)).toContain('777');
});
