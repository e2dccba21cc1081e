import { expect, test } from 'vitest';
import { minimise } from './minimise.ts';
import { mutateBytes } from './mutate-bytes.ts';
import { Prng } from './prng.ts';
import { mutateStream } from './stream.ts';
import { type Input, piece, textOf, textPiece } from './target.ts';

test('inputs are a function of the seed alone', () => {
  const stock = { other: () => Uint8Array.of(1, 2, 3), words: [Uint8Array.of(9)] };
  const talk = { transport: 6, clientPort: 1, serverPort: 2, turns: [{ side: 0, bytes: Buffer.from('abc') }] } as const;
  const made = (seed: number) =>
    Array.from({ length: 50 }, (_, index) => {
      const prng = new Prng(seed, index);
      return [mutateBytes(prng, Uint8Array.of(1, 2, 3, 4), stock), mutateStream(prng, talk, stock, [talk])];
    });
  expect(made(1)).toEqual(made(1));
  expect(made(1)).not.toEqual(made(2));
});

test('the smallest input that fails', async () => {
  const input = {
    form: 'x',
    numbers: [],
    pieces: [...'abcdefgh'].map((letter) => textPiece(`1${letter}234${letter}5`, 7)),
  };
  const fails = ({ pieces }: Input): boolean => pieces.some((one) => textOf(one).includes('4c'));
  expect((await minimise(input, fails, 1000)).pieces).toEqual([piece(new TextEncoder().encode('4c'), 7)]);
});
