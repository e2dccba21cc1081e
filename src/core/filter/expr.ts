import type { Logic } from './logic.ts';
import type { Span } from './source-error.ts';

/**
 * A filter as it was written: names and values are still text, because what they mean depends on what the filter is
 * bound to, rows of a table or packets.
 */
export type Expr = Logic<Term>;

/** What stands between `and`, `or` and `not`. */
export type Term = Word | Search | Comparison | Membership;

/** A field, protocol or value as it was written. */
export interface Literal extends Span {
  readonly text: string;
  readonly quoted: boolean;
}

/** A word alone: `tcp`, `rtt_ms`, `10.0.0.1`, `google`. */
export interface Word {
  readonly kind: 'word';
  readonly word: Literal;
}

/** `"text"` or `contains "text"`: anywhere, in any case. */
export interface Search {
  readonly kind: 'search';
  readonly needle: Literal;
}

export type Order = '==' | '<' | '<=' | '>' | '>=';
export type Relation = Order | '!=' | 'contains' | 'matches';

export interface Comparison {
  readonly kind: 'compare';
  readonly field: Literal;
  readonly relation: Relation;
  readonly value: Literal;
}

/** `field in {a, b, 1..5}`. */
export interface Membership {
  readonly kind: 'in';
  readonly field: Literal;
  readonly members: readonly Member[];
}

/** A value, or the range from one to another, both included. */
export type Member = { readonly kind: 'value'; readonly value: Literal } | Range;

export interface Range {
  readonly kind: 'range';
  readonly from: Literal;
  readonly to: Literal;
}
