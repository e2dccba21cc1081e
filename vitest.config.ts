import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    pool: 'forks',
    // nothing is written into node_modules: an ordinary user may run the tests of a checkout that is not theirs
    cache: false,
  },
});
