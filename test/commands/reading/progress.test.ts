import { expect, test } from 'vitest';
import { withProgress } from '../../../src/commands/reading/progress.ts';
import type { ByteSource } from '../../../src/core/capture/byte-source.ts';
import { type FakeContext, fakeContext } from '../../support/fake-context.ts';

const HUNDRED = new Uint8Array(100);

/** 400 bytes, 100 each half second. */
function slowSource(context: FakeContext, size: number | null): ByteSource {
  let left = 4;
  return {
    name: 'big.pcap',
    size,
    async read() {
      if (left-- <= 0) return 0;
      await context.clock.sleep(500, context.signal);
      return HUNDRED.length;
    },
    close: async () => {},
  };
}

async function readThrough(context: FakeContext, size: number | null, options: { showsRows: boolean }) {
  const source = withProgress(context, slowSource(context, size), options);
  while ((await source.read(HUNDRED, 0, 100)) > 0);
  await source.close();
  return context.progress;
}

test('a terminal shows the share that was read, after the first second, and nothing at the end', async () => {
  const context = fakeContext({ terminal: { columns: 80, rows: 24 } });
  expect(await readThrough(context, 400, { showsRows: false })).toEqual([
    '██████████░░░░░░░░░░ 50 % of 400 B of big.pcap read',
    '███████████████░░░░░ 75 % of 400 B of big.pcap read',
    '████████████████████ 100 % of 400 B of big.pcap read',
    null,
    null,
  ]);
});

test('of a pipe it shows how much was read, cut to the width there is', async () => {
  const context = fakeContext({ terminal: { columns: 12, rows: 24 } });
  expect((await readThrough(context, null, { showsRows: false }))[0]).toBe('200 B of bi');
});

test('an interrupt takes it away, before what was read is printed', async () => {
  const context = fakeContext({ terminal: { columns: 80, rows: 24 } });
  const source = withProgress(context, slowSource(context, null), { showsRows: false });
  for (let read = 0; read < 3; read++) await source.read(HUNDRED, 0, 100);
  context.interrupt();
  await source.read(HUNDRED, 0, 100);
  expect(context.progress.at(-1)).toBe(null);
});

test.each([
  ['rows on the terminal', { columns: 80, rows: 24 }, { showsRows: true }],
  ['no terminal', undefined, { showsRows: false }],
])('%s: none', async (_what, terminal, options) => {
  expect(await readThrough(fakeContext(terminal === undefined ? {} : { terminal }), 400, options)).toEqual([]);
});
