import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';
import { messageOf } from '../failure.ts';
import type { Literal } from './expr.ts';
import { type Span, sourceError } from './source-error.ts';

const PATTERN_MAX = 1000;

/**
 * Compiles a regular expression in RE2 syntax (https://github.com/google/re2/wiki/Syntax) to a test that finds it
 * anywhere in a text, in time linear in the text whatever the pattern. Throws Failure 64 at the part that is wrong.
 */
export function compilePattern(literal: Literal, source: string): (text: string) => boolean {
  const pattern = literal.text;
  if (pattern.length > PATTERN_MAX) {
    throw sourceError(source, literal, `the pattern is longer than ${PATTERN_MAX} characters`);
  }
  // loaded here, because few filters have a pattern and start-up time counts
  const { RE2JS: engine }: { RE2JS: typeof RE2JS } = createRequire(import.meta.url)('re2js');
  try {
    const compiled = engine.compile(pattern);
    return (text) => compiled.test(text);
  } catch (error) {
    const { error: reason, input } = error as { error?: string; input?: string | null };
    const hint = 'matches takes RE2 syntax: no look-around, no back references';
    throw sourceError(source, culprit(literal, source, input), `bad pattern: ${reason ?? messageOf(error)}`, hint);
  }
}

/** The part of the pattern that the engine complains about; the whole literal where escapes hide it. */
function culprit(literal: Literal, source: string, part: string | null | undefined): Span {
  const written = source.slice(literal.column, literal.column + literal.length);
  const index = part ? written.indexOf(part) : -1;
  return index < 0 ? literal : { column: literal.column + index, length: part!.length };
}
