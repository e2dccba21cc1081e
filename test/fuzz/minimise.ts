import { type Input, type Piece, piece } from './target.ts';

/**
 * A smaller input that still fails: pieces left out, first many at once, then bytes cut off and bytes set to zero.
 * `fails` runs it; after `mostRuns` the smallest so far is taken.
 */
export async function minimise(
  input: Input,
  fails: (input: Input) => boolean | Promise<boolean>,
  mostRuns: number,
): Promise<Input> {
  let best = input;
  let runs = 0;
  const tries = async (pieces: readonly Piece[]): Promise<boolean> => {
    if (runs >= mostRuns) return false;
    runs++;
    const smaller = { ...best, pieces };
    if (!(await fails(smaller))) return false;
    best = smaller;
    return true;
  };
  for (let size = best.pieces.length >> 1; size >= 1; size >>= 1) {
    for (let at = 0; at < best.pieces.length; ) {
      if (!(await tries(best.pieces.toSpliced(at, size)))) at += size;
    }
  }
  for (let index = 0; index < best.pieces.length; index++) {
    const set = (bytes: Uint8Array): Promise<boolean> =>
      tries(best.pieces.with(index, piece(bytes, ...best.pieces[index]!.numbers)));
    const bytes = (): Uint8Array => best.pieces[index]!.bytes;
    for (let size = bytes().length >> 1; size >= 1; size >>= 1) {
      while (bytes().length >= size && (await set(bytes().slice(0, bytes().length - size))));
      while (bytes().length >= size && (await set(bytes().slice(size))));
      for (let at = 0; at + size < bytes().length; ) {
        if (!(await set(without(bytes(), at, size)))) at += size;
      }
    }
    for (let size = 16; size >= 1; size >>= 2) {
      for (let at = 0; at < bytes().length; at += size) {
        if (
          bytes()
            .subarray(at, at + size)
            .some((byte) => byte !== 0)
        )
          await set(
            bytes()
              .slice()
              .fill(0, at, at + size),
          );
      }
    }
  }
  return best;
}

function without(bytes: Uint8Array, at: number, size: number): Uint8Array {
  const made = new Uint8Array(bytes.length - size);
  made.set(bytes.subarray(0, at));
  made.set(bytes.subarray(at + size), at);
  return made;
}
