import { defineConfig } from 'vitest/config';

const shared = {
  testTimeout: 20_000,
  hookTimeout: 60_000,
  pool: 'forks',
} as const;

export default defineConfig({
  test: {
    // nothing is written into node_modules: an ordinary user may run the tests of a checkout that is not theirs
    cache: false,
    projects: [
      {
        test: {
          ...shared,
          name: 'netwatch',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/promises/**'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...shared,
          // they measure times and memory: after all others, and one by one
          name: 'promises',
          include: ['test/promises/*.test.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
