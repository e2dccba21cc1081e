import { errorLines } from '../../src/commands/program/error-report.ts';
import { run } from '../../src/commands/program/program.ts';
import { Failure } from '../../src/core/failure.ts';
import { type FakeOptions, fakeContext } from './fake-context.ts';

/** What the program printed, said on stderr and ended with. */
export interface Ran {
  readonly status: number;
  readonly out: string;
  readonly said: readonly string[];
}

/** Runs the program in this process, in a pipe unless `options` give a terminal. Only errors that are bugs are thrown. */
export async function runInProcess(argv: readonly string[], options: FakeOptions = {}): Promise<Ran> {
  const context = fakeContext(options);
  try {
    const status = await run(context, argv);
    const fault = context.said.find((line) => line.includes('a bug in netwatch'));
    if (fault !== undefined && options.expectsFaults !== true) throw new Error(fault);
    return { status, out: context.out(), said: context.said };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { status: error.exit, out: context.out(), said: [...context.said, ...errorLines(error, false)] };
  }
}

/** The same with words instead of a list. */
export const netwatch = (...argv: readonly string[]): Promise<Ran> => runInProcess(argv);

/** Records of NDJSON. */
export function recordsOf<T = Record<string, unknown>>(ndjson: string): readonly T[] {
  return ndjson
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T);
}
