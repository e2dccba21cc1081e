import type { Corpus } from './corpus.ts';
import { fuzz } from './fuzz.ts';
import type { Prng } from './prng.ts';
import { type Target, textOf, textPiece } from './target.ts';

/** Faults on purpose, so that a test sees them found: each is made by some inputs of its target. */
const planted = (name: string, run: (text: string) => void): Target => ({
  name,
  share: 50,
  open: () => ({
    make: (prng: Prng) => ({
      form: 'text',
      numbers: [],
      pieces: Array.from({ length: 3 }, () => textPiece(String(prng.below(1000)))),
    }),
    run: ({ pieces }) => {
      for (const one of pieces) run(textOf(one));
    },
  }),
});

const NO_CORPUS: Corpus = {
  frames: [],
  conversations: [],
  linkTypes: [],
  captures: [],
  stock: { other: () => new Uint8Array(0), words: [] },
  missing: [],
};

const spin = (milliseconds: number): void => {
  for (const start = process.cpuUsage(); process.cpuUsage(start).user < 1000 * milliseconds; );
};

await fuzz(
  [
    planted('throws', (text) => {
      if (text.includes('77')) throw new RangeError(`no ${text}`);
    }),
    planted('dawdles', (text) => {
      if (text === '770') spin(250);
    }),
    planted('hangs', (text) => {
      while (text === '777');
    }),
  ],
  import.meta.url,
  async () => NO_CORPUS,
  { slowMs: 200, endlessMs: 3000 },
);
