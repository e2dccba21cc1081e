import type { Corpus } from './corpus.ts';
import type { Prng } from './prng.ts';

/** A part of an input: a frame, a turn of a conversation, a word, a text. What the numbers mean, its target says. */
export interface Piece {
  readonly bytes: Uint8Array;
  readonly numbers: readonly number[];
}

/** What a target is given: all that decides what it does, so that it can be written down and made smaller. */
export interface Input {
  readonly form: string;
  readonly numbers: readonly number[];
  readonly pieces: readonly Piece[];
}

/** A part of netwatch that takes what strangers choose. */
export interface Target {
  readonly name: string;
  /** Inputs in one round, so that every target gets about the same time. */
  readonly share: number;
  /** Loads what it needs. */
  readonly open: (corpus: Corpus) => Opened | Promise<Opened>;
}

export interface Opened {
  /** The next input; `prng` alone decides which. */
  readonly make: (prng: Prng) => Input;
  /** Throws what is a finding. Remembers nothing from one input to the next. */
  readonly run: (input: Input) => void | Promise<void>;
}

/** How many packets an input may take the time of. */
export const weightOf = ({ pieces }: Input): number => Math.max(1, pieces.length);

export const piece = (bytes: Uint8Array, ...numbers: readonly number[]): Piece => ({ bytes, numbers });

const encoder = new TextEncoder();
const decoder = new TextDecoder();
export const textPiece = (text: string, ...numbers: readonly number[]): Piece =>
  piece(encoder.encode(text), ...numbers);
export const textOf = ({ bytes }: Piece): string => decoder.decode(bytes);
