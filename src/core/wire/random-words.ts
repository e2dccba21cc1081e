import { randomFillSync } from 'node:crypto';

/** Fills words with numbers that nobody outside can know. */
export type RandomWords = (words: Int32Array) => void;

/** From the generator of the system; a new seed for each run, and for each table. */
export const systemRandomWords: RandomWords = (words) => {
  randomFillSync(words);
};
