import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { reportOf } from '../../../src/commands/probe/probe-report.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { roundOf } from '../../support/probe-rows.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-report-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

const A = 'icmp://192.0.2.1';
const line = (given: object = {}): string =>
  `${JSON.stringify({ type: 'probe', ...roundOf(A, [10, 10]), ...given })}\n`;
const minute = (n: number): string => `2026-01-02T03:0${n}:00.000Z`;

async function report(name = 'h') {
  const context = fakeContext();
  const rows = (await reportOf(context, at(name), { since: null, windows: null, total: false })).rows();
  return { rounds: rows.map(({ rounds }) => rounds), said: context.said };
}

test('both files are summarised, the older first; lines without a record are counted, and one that is torn is said', async () => {
  fs.writeFileSync(at('h.1'), `${line({ time: minute(1) })}\nnonsense\n{"type":"conn"}\n`);
  fs.writeFileSync(at('h'), `${line({ time: minute(2) })}${line({ time: minute(3) }).slice(0, 40)}`);
  expect(await report()).toEqual({
    rounds: [2],
    said: [
      `${at('h.1')}: skipped 2 lines without a record`,
      `${at('h')}: the last line is cut short, so it was skipped`,
    ],
  });
});

test('a last line that only lacks its line feed counts', async () => {
  fs.writeFileSync(at('h'), `${line({ time: minute(1) })}${line({ time: minute(2) }).trimEnd()}`);
  expect(await report()).toEqual({ rounds: [2], said: [] });
});

test('one file under both names is read once', async () => {
  fs.writeFileSync(at('h'), line());
  fs.linkSync(at('h'), at('h.1'));
  expect(await report()).toEqual({ rounds: [1], said: [] });
});

test('a folder in place of the file before is passed over', async () => {
  fs.writeFileSync(at('h'), line());
  fs.mkdirSync(at('h.1'));
  expect(await report()).toEqual({ rounds: [1], said: [] });
});

test.each(['time', 'target', 'kind', 'state', 'sent', 'received'])('a record without %s is none', async (name) => {
  fs.writeFileSync(at('h'), line() + line({ [name]: null }));
  expect(await report()).toEqual({ rounds: [1], said: [`${at('h')}: skipped 1 line without a record`] });
});

test('a time that is none makes no record', async () => {
  fs.writeFileSync(at('h'), line() + line({ time: 'yesterday' }));
  expect((await report()).said).toEqual([`${at('h')}: skipped 1 line without a record`]);
});

test('a line beyond what a record can be is skipped, and what follows it is read', async () => {
  const long = (bytes: number): string => `${line({ detail: 'x'.repeat(bytes) })}`;
  const least = 1024 * 1024 - line({ detail: '' }).length;
  fs.writeFileSync(at('h'), long(3_000_000) + line({ time: minute(2) }) + long(least + 1));
  expect(await report()).toEqual({ rounds: [2], said: [`${at('h')}: skipped 1 line without a record`] });
  fs.writeFileSync(at('h'), line() + long(least + 2));
  expect(await report()).toEqual({ rounds: [1], said: [`${at('h')}: skipped 1 line without a record`] });
  fs.writeFileSync(at('h'), line() + long(3_000_000).trimEnd());
  expect(await report()).toEqual({ rounds: [1], said: [`${at('h')}: the last line is cut short, so it was skipped`] });
});

test.each<[string, () => void, number, RegExp]>([
  ['nothing', () => {}, 66, /: no such file/],
  ['a folder', () => fs.mkdirSync(at('h')), 66, /h is a folder, a device or a pipe, not a file$/],
  ['an empty file', () => fs.writeFileSync(at('h'), ''), 65, /h holds no probe record$/],
  ['other records', () => fs.writeFileSync(at('h'), '{"type":"conn"}\n'), 65, /h holds no probe record$/],
])('%s is refused', async (_what, make, exit, message) => {
  make();
  await expect(report()).rejects.toMatchObject({ exit, message: expect.stringMatching(message) });
});

test('a path through a file is no file', async () => {
  fs.writeFileSync(at('h'), line());
  await expect(report('h/x')).rejects.toMatchObject({ exit: 66 });
});
