import type { Bound, Quantifier, Universal } from './aggregate.ts';

/** How the rows of a snapshot answered a filter; those that are neither certain nor unknown do not match. */
export interface Answers {
  rows: number;
  /** Rows that match. */
  certain: number;
  /** Rows that cannot tell, because it depends on a value that is null. */
  unknown: number;
}

/** Whether a quantifier holds; null when the unknown rows decide, and for `all` of no rows. */
export function quantify(kind: (Quantifier | Universal)['kind'], answers: Answers): boolean | null {
  const { rows, certain, unknown } = answers;
  if (kind === 'all') return certain + unknown < rows ? false : rows === 0 || unknown > 0 ? null : true;
  const some = certain > 0 ? true : unknown > 0 ? null : false;
  return some === null || kind === 'any' ? some : !some;
}

/** What a number is compared with, and the comparison. */
export interface Threshold {
  readonly wanted: number;
  readonly relation: Bound['relation'];
  readonly holds: (figure: number) => boolean;
}

/** Whether a comparison holds for the count of matching rows; null when the unknown rows decide. */
export function compareCount({ certain, unknown }: Answers, { wanted, holds }: Threshold): boolean | null {
  const most = certain + unknown;
  // an answer that changes within the range does so at an end of it, or at the number compared with
  const turn = Math.min(Math.max(Math.trunc(wanted), certain), most);
  const verdict = holds(certain);
  return holds(turn) === verdict && holds(most) === verdict ? verdict : null;
}

/** `none(tcp) is false: 2 of 17 rows match`. */
export function explainQuantifier(text: string, verdict: boolean | null, answers: Answers): string {
  if (verdict !== null) return `${text} is ${verdict}: ${answers.certain} of ${answers.rows} rows match`;
  return answers.rows === 0 ? `${text} is unknown: there are no rows` : explainUnknown(text, answers);
}

/** `count(tcp) is 61`, or the range it lies in. */
export function explainCount(text: string, answers: Answers): string {
  const { rows, certain, unknown } = answers;
  if (unknown === 0) return `${text} is ${certain}`;
  return `${text} is from ${certain} to ${certain + unknown}: it cannot be told for ${unknown} of ${rows} rows`;
}

/** `avg(rtt_ms, tcp) cannot be told for 3 of 17 rows`. */
export function explainUnknown(text: string, { unknown, rows }: Answers): string {
  return `${text} cannot be told for ${unknown} of ${rows} rows`;
}

/** A number without a unit, and without the noise of binary fractions. */
export function formatFigure(figure: number): string {
  return String(Number.isInteger(figure) ? figure : Number(figure.toPrecision(15)));
}
