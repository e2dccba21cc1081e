import type { Failure } from '../failure.ts';
import { suggest } from '../suggest.ts';
import {
  type Cursor,
  expectSymbol,
  isKeyword,
  isSymbol,
  openCursor,
  peek,
  take,
  takeSymbol,
  takeValue,
  unexpected,
} from './cursor.ts';
import type { Expr, Literal, Order } from './expr.ts';
import type { Logic } from './logic.ts';
import { expectEnd, parseExpr, parseFilter, parseLogic, relationOf } from './parse.ts';
import { quoted, type Span, sourceError } from './source-error.ts';
import type { Token } from './token.ts';

/** A claim about the rows of a snapshot: those that match its filter, or all of them. */
export type Aggregate = Quantifier | Universal | Count | Measure | Percentile;

interface Call {
  /** As it was written, up to the closing parenthesis. */
  readonly text: string;
}

/** `any(filter)`, `none(filter)`. */
export interface Quantifier extends Call {
  readonly kind: 'any' | 'none';
  readonly filter: Expr | null;
}

/** `all(filter)`. */
export interface Universal extends Call {
  readonly kind: 'all';
  readonly filter: Expr;
}

/** `count(filter) < 50`; `count()` and `count(*)` are about all rows. */
export interface Count extends Call, Bound {
  readonly kind: 'count';
  readonly filter: Expr | null;
}

/** `avg(rtt_ms, filter) < 20ms`. */
export interface Measure extends Call, Bound {
  readonly kind: 'sum' | 'min' | 'max' | 'avg';
  readonly field: Literal;
  readonly filter: Expr | null;
}

/** `p95(rtt_ms, filter) < 50ms`. */
export interface Percentile extends Call, Bound {
  readonly kind: 'percentile';
  /** Above 0, at most 100. */
  readonly percent: number;
  readonly field: Literal;
  readonly filter: Expr | null;
}

/** What a figure is compared with. */
export interface Bound {
  readonly relation: Order | '!=';
  readonly value: Literal;
}

const KINDS = ['count', 'any', 'all', 'none', 'sum', 'min', 'max', 'avg'] as const;
const WANTED = `one of ${KINDS.join(', ')}, p95 (any percentile)`;
/** Three decimals, so that ranks are computed in whole numbers. */
const PERCENTILE = /^p(\d{1,3}(?:\.\d{1,3})?)$/i;

/** Whether a word begins an aggregate when a parenthesis follows. */
export function isAggregateName(word: string): boolean {
  return kindOf(word) !== null || PERCENTILE.test(word);
}

const kindOf = (word: string): (typeof KINDS)[number] | null =>
  KINDS.find((known) => known === word.toLowerCase()) ?? null;

/** Parses aggregates joined by `and`, `or`, `not` and parentheses. Throws Failure 64 with the place of the error. */
export function parseAggregates(source: string): Logic<Aggregate> {
  const cursor = openCursor(source);
  const logic = parseLogic(cursor, (at) => ({ kind: 'leaf' as const, leaf: parseAggregate(at) }));
  expectEnd(cursor);
  return logic;
}

function parseAggregate(cursor: Cursor): Aggregate {
  const name = peek(cursor);
  if (name.kind !== 'word' || !isAggregateName(name.text) || !isSymbol(peek(cursor, 1), '(')) throw noAggregate(cursor);
  const kind = kindOf(name.text);
  const percent = kind === null ? percentOf(cursor, name) : null;
  take(cursor);
  take(cursor);
  switch (kind) {
    case 'any':
    case 'none':
      return { kind, filter: parseFilterArgument(cursor), text: textFrom(cursor, name) };
    case 'all': {
      const filter = parseFilterArgument(cursor);
      if (filter === null)
        throw sourceError(cursor.source, name, 'all() is about nothing', 'as in all(rx_errors == 0)');
      return { kind, filter, text: textFrom(cursor, name) };
    }
    case 'count':
      return {
        kind,
        filter: parseFilterArgument(cursor),
        text: textFrom(cursor, name),
        ...parseBound(cursor, kind),
      };
    default: {
      const measured = parseMeasured(cursor, name);
      return percent === null ? { kind: kind!, ...measured } : { kind: 'percentile', percent, ...measured };
    }
  }
}

function parseMeasured(cursor: Cursor, name: Token): Omit<Measure, 'kind'> {
  const field = takeValue(cursor, 'a field');
  if (!isSymbol(peek(cursor), ')')) expectSymbol(cursor, ',');
  const filter = parseFilterArgument(cursor);
  return { field, filter, text: textFrom(cursor, name), ...parseBound(cursor, name.text) };
}

function percentOf({ source }: Cursor, name: Token): number {
  const percent = Number(name.text.slice(1));
  if (percent > 0 && percent <= 100) return percent;
  const hint = percent === 0 ? 'min(…) is the least' : 'max(…) is the most';
  throw sourceError(source, name, `${quoted(name.text)} is no percentile: above 0, at most 100`, hint);
}

/** A filter or none, which may be written `*`, and the parenthesis after it. */
function parseFilterArgument(cursor: Cursor): Expr | null {
  if (isKeyword(peek(cursor), '*') && isSymbol(peek(cursor, 1), ')')) take(cursor);
  if (takeSymbol(cursor, ')')) return null;
  const filter = parseExpr(cursor);
  expectSymbol(cursor, ')');
  return filter;
}

/** The source from a token up to the last one taken. */
function textFrom({ source, tokens, index }: Cursor, first: Span): string {
  const last = tokens[index - 1]!;
  return source.slice(first.column, last.column + last.length);
}

function parseBound(cursor: Cursor, kind: string): Bound {
  const relation = relationOf(peek(cursor));
  if (relation === null || relation === 'contains' || relation === 'matches') {
    throw unexpected(cursor, `a comparison after ${kind}(…)`, `as in ${kind}(…) > 10`);
  }
  take(cursor);
  return { relation, value: takeValue(cursor, 'a number') };
}

function noAggregate(cursor: Cursor): Failure {
  const { source } = cursor;
  const token = peek(cursor);
  if (isSymbol(peek(cursor, 1), '(') && token.kind === 'word') {
    const near = /^(?:median|pctl?|percentile)$/i.test(token.text) ? 'p50' : suggest(token.text, KINDS);
    return unexpected(cursor, WANTED, near === null ? null : `did you mean ${near}(…)?`);
  }
  const hint = isFilter(source) ? `say of which rows: all(${source}) or any(${source})` : `as in count(…) < 50`;
  return unexpected(cursor, WANTED, hint);
}

function isFilter(source: string): boolean {
  try {
    parseFilter(source);
    return source.length < 200;
  } catch {
    return false;
  }
}
