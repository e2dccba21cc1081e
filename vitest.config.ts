import { defineConfig } from 'vitest/config';

const shared = {
  testTimeout: 20_000,
  hookTimeout: 60_000,
  pool: 'forks',
} as const;

/** Tests of a live machine; test/live-names.test.ts says what that is. */
const LIVE = 'test/**/*.live.test.ts';
const CORE = 'test/core/**/*.test.ts';
const PROMISES = 'test/promises/*.test.ts';

export default defineConfig({
  test: {
    // nothing is written into node_modules: an ordinary user may run the tests of a checkout that is not theirs
    cache: false,
    projects: [
      {
        test: {
          ...shared,
          name: 'core',
          include: [CORE],
          // core changes nothing outside itself, so its test files may share a process: that halves their time
          isolate: false,
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [CORE, LIVE, PROMISES],
          maxWorkers: '100%',
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...shared,
          name: 'live',
          include: [LIVE],
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...shared,
          // they measure times and memory: after all others, and one by one
          name: 'promises',
          include: [PROMISES],
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
