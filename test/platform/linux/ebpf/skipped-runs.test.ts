import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSkippedRuns } from '../../../../src/platform/linux/ebpf/skipped-runs.ts';

const PID = 7;
let folder: string;
let fdinfo: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-skipped-'));
  fdinfo = path.join(folder, String(PID), 'fdinfo');
  fs.mkdirSync(fdinfo, { recursive: true });
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** As bpf_prog_show_fdinfo writes it (kernel/bpf/syscall.c). */
const program = (descriptor: number, type: number, misses: number | null): void =>
  fs.writeFileSync(
    path.join(fdinfo, String(descriptor)),
    `pos:\t0\nflags:\t02000002\nmnt_id:\t17\nino:\t1038\nprog_type:\t${type}\nprog_jited:\t1\nprog_tag:\t22acf1126cfe2288\n` +
      `memlock:\t4096\nprog_id:\t4303\nrun_time_ns:\t0\nrun_cnt:\t0\n` +
      (misses === null ? '' : `recursion_misses:\t${misses}\nverified_insns:\t569\n`),
  );

test('adds up what tracepoints and kprobes missed, not timers nor other files', () => {
  program(16, 5, 30);
  program(17, 2, 3);
  program(18, 7, 100);
  fs.writeFileSync(path.join(fdinfo, '0'), 'pos:\t0\nflags:\t02\nmnt_id:\t17\nino:\t1\n');
  const skipped = openSkippedRuns(PID, folder);
  expect(skipped.count()).toBe(33);
  program(16, 5, 31);
  expect(skipped.count()).toBe(34);
  skipped.close();
  expect(skipped.count()).toBe(34);
});

test('passes over what cannot be read, as when the process ends meanwhile', () => {
  program(16, 5, 30);
  fs.mkdirSync(path.join(fdinfo, '17'));
  const skipped = openSkippedRuns(PID, folder);
  expect(skipped.count()).toBe(30);
  skipped.close();
});

test('is 0 where the kernel does not say, and where there is no such process', () => {
  program(16, 5, null);
  const skipped = openSkippedRuns(PID, folder);
  expect([skipped.count(), openSkippedRuns(8, folder).count()]).toEqual([0, 0]);
  skipped.close();
});
