import { type Failure, usageError } from '../failure.ts';

/** Where something stands in the source of a filter: UTF-16 units, from 0. */
export interface Span {
  readonly column: number;
  readonly length: number;
}

const SHOWN_MAX = 60;

/** Failure 64 about one place of a filter's source. */
export function sourceError(source: string, span: Span, message: string, hint: string | null = null): Failure {
  return usageError(message, { hint, place: { text: source, column: span.column, length: span.length } });
}

/** A piece of the source as an error message shows it: in quotes, and cut when it is long. */
export function quoted(text: string): string {
  return `"${shorten(text)}"`;
}

/** A piece of the source, cut when it is long. */
export function shorten(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}
