import { Failure, messageOf, type Place } from '../../core/failure.ts';
import { safeText } from '../../core/output/safe-text.ts';
import { widthOf } from '../../core/output/text-width.ts';

/** The most characters of the offending text that are shown. */
const MOST_SHOWN = 100;

/** The lines for stderr about an error: the message, the place with a caret below it, and the hint. */
export function errorLines(error: unknown, verbose: boolean): readonly string[] {
  if (!(error instanceof Failure)) {
    const trace =
      verbose && error instanceof Error && error.stack !== undefined ? error.stack.split('\n').slice(1) : [];
    return [`internal error: ${messageOf(error)}; this is a bug${verbose ? '' : ', -v shows where'}`, ...trace];
  }
  return [
    error.message,
    ...(error.place === null ? [] : placeLines(error.place)),
    ...(error.hint === null ? [] : [error.hint]),
  ];
}

function placeLines({ text, column, length }: Place): readonly string[] {
  const from = Math.max(0, Math.min(column, text.length) - MOST_SHOWN / 2);
  const to = Math.min(text.length, from + MOST_SHOWN);
  const before = (from > 0 ? '…' : '') + safeText(text.slice(from, column));
  const marked = safeText(text.slice(column, Math.min(column + length, to)));
  const after = safeText(text.slice(Math.min(column + length, to), to)) + (to < text.length ? '…' : '');
  return [
    `  ${before}${marked}${after}`,
    `  ${' '.repeat(widthOf(before))}${'^'.repeat(Math.max(1, widthOf(marked)))}`,
  ];
}
