import { expect } from 'vitest';
import { EXIT, Failure } from '../../../src/core/failure.ts';

/**
 * The error of a source as a person sees it: the source, carets under the place, the message, the hint. Anything that
 * is not a usage Failure with a place inside the source fails the test.
 */
export function report(run: () => unknown): string {
  const failure = failureOf(run);
  const { text, column, length } = failure.place!;
  return [text, ' '.repeat(column) + '^'.repeat(length), failure.message, ...(failure.hint ? [failure.hint] : [])].join(
    '\n',
  );
}

/** What was thrown, which must be a usage Failure with a place. */
export function failureOf(run: () => unknown): Failure {
  let thrown: unknown = null;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(Failure);
  const failure = thrown as Failure;
  expect(failure.exit).toBe(EXIT.usage);
  expect(failure.message).not.toBe('');
  const { text, column, length } = failure.place!;
  expect(column).toBeGreaterThanOrEqual(0);
  expect(length).toBeGreaterThan(0);
  expect(column + length).toBeLessThanOrEqual(text.length + 1);
  return failure;
}
