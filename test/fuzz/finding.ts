import fs from 'node:fs';
import path from 'node:path';
import { type Input, piece } from './target.ts';

/** What went wrong, and the input that made it. */
export interface Finding {
  readonly target: string;
  readonly seed: number;
  /** Number of the input in the sequence of its target. */
  readonly index: number;
  readonly problem: string;
  readonly input: Input;
}

/** A broken promise that is no throw of netwatch: what a check of the fuzzer says. */
export class Broken extends Error {
  override name = 'Broken';
}

/** Message and place of what was thrown; of a check, only what it says. */
export function describe(error: unknown): string {
  if (error instanceof Broken) return error.message;
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  return `${error.name}: ${error.message}\n${(error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 8)
    .join('\n')}`;
}

/** What two reports of one fault share: the words without their values, and the place that threw. */
export function signatureOf(problem: string): string {
  const [words = '', place = ''] = problem.split('\n');
  return `${words.replace(/"[^"]*"|\d+/g, '#').slice(0, 100)} ${place.replace(/:\d+:\d+|file:\S+\//g, '')}`.trim();
}

/** Writes a finding into `folder`; returns the file. */
export function saveFinding(folder: string, finding: Finding): string {
  const { target, seed, index, problem, input } = finding;
  const file = path.join(folder, `${target}-${seed}-${index}.json`);
  const pieces = input.pieces.map(({ bytes, numbers }) => ({ hex: Buffer.from(bytes).toString('hex'), numbers }));
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(file, `${JSON.stringify({ target, seed, index, problem, input: { ...input, pieces } }, null, 2)}\n`);
  return file;
}

interface SavedFinding extends Omit<Finding, 'input'> {
  readonly input: Omit<Input, 'pieces'> & {
    readonly pieces: readonly { readonly hex: string; readonly numbers: number[] }[];
  };
}

export function readFinding(file: string): Finding {
  const { input, ...rest } = JSON.parse(fs.readFileSync(file, 'utf8')) as SavedFinding;
  const pieces = input.pieces.map(({ hex, numbers }) => piece(Uint8Array.from(Buffer.from(hex, 'hex')), ...numbers));
  return { ...rest, input: { ...input, pieces } };
}
