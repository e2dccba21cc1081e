import { defineConfig } from 'vitest/config';

const shared = {
  // only what hangs takes so long: on a busy machine tests take ten times their time
  testTimeout: 60_000,
  hookTimeout: 60_000,
  pool: 'forks',
} as const;

/** Tests of a live machine; test/live-names.test.ts says what that is. */
const LIVE = 'test/**/*.live.test.ts';
const PROMISES = 'test/promises/*.test.ts';
/** On a busy machine the kernel leaves eBPF programs out, which would run on top of others: it then counts less than passed. */
const COUNTED = 'test/commands/conns/ebpf.live.test.ts';
/** Promises about times, rates and memory: nothing else may run beside them. */
const MEASURED = ['e2', 'e3', 'e4', 'h1', 'h3', 'h5', 'h6', 'h7', 'h8', 'r3', 'r4', 'r5', 'r7', 'r8', 'r10'].map(
  (name) => `test/promises/${name}.test.ts`,
);

export default defineConfig({
  test: {
    // nothing is written into node_modules: an ordinary user may run the tests of a checkout that is not theirs
    cache: false,
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [LIVE, PROMISES],
          // what a test changes outside itself it changes back, so files may share a process, which halves their time;
          // some wait for servers and other tools, so there are more workers than processors
          isolate: false,
          maxWorkers: '150%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'live',
          include: [LIVE],
          exclude: [COUNTED],
          // most of them wait: for a server, a timer, the kernel
          maxWorkers: '150%',
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...shared,
          name: 'promises',
          include: [PROMISES],
          exclude: MEASURED,
          maxWorkers: '150%',
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...shared,
          name: 'measured',
          include: [...MEASURED, COUNTED],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
