import type { Failure } from '../failure.ts';
import type { Literal } from './expr.ts';
import { quoted, sourceError } from './source-error.ts';
import { type Token, tokenize } from './token.ts';

/** A place in the tokens of a source. The parsers of filters and of expectations move the same cursor. */
export interface Cursor {
  readonly source: string;
  readonly tokens: readonly Token[];
  index: number;
  /** How many parentheses and `not`s are open. */
  depth: number;
}

export function openCursor(source: string): Cursor {
  return { source, tokens: tokenize(source), index: 0, depth: 0 };
}

/** The token `ahead` places on; past the end, the `end` token. */
export function peek(cursor: Cursor, ahead = 0): Token {
  return cursor.tokens[Math.min(cursor.index + ahead, cursor.tokens.length - 1)]!;
}

export function take(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.index++;
  return token;
}

/** Takes the next token if it is this symbol. */
export function takeSymbol(cursor: Cursor, symbol: string): boolean {
  const found = isSymbol(peek(cursor), symbol);
  if (found) cursor.index++;
  return found;
}

/** Takes the next token, which must be this symbol, else throws Failure 64. */
export function expectSymbol(cursor: Cursor, symbol: string): void {
  if (!takeSymbol(cursor, symbol)) throw unexpected(cursor, quoted(symbol));
}

export function isSymbol(token: Token, symbol: string): boolean {
  return token.kind === 'symbol' && token.text === symbol;
}

/** Keywords are words without quotes, in any case. */
export function isKeyword(token: Token, keyword: string): boolean {
  return token.kind === 'word' && token.text.toLowerCase() === keyword;
}

function isConnective(token: Token): boolean {
  return token.kind === 'word' && /^(?:and|or|not)$/i.test(token.text);
}

/** Whether the token can be a value: a string, or a word that joins nothing. */
export function isValue(token: Token): boolean {
  return token.kind === 'string' || (token.kind === 'word' && !isConnective(token));
}

/** Takes a value, else throws Failure 64 with `wanted` in its message. */
export function takeValue(cursor: Cursor, wanted: string, hint: string | null = null): Literal {
  if (!isValue(peek(cursor))) throw unexpected(cursor, wanted, hint);
  return literalOf(take(cursor));
}

export function literalOf({ kind, text, column, length }: Token): Literal {
  return { text, quoted: kind === 'string', column, length };
}

/** Failure 64: something else stands here than what the grammar wants. */
export function unexpected(cursor: Cursor, wanted: string, hint: string | null = null): Failure {
  const token = peek(cursor);
  const found = token.kind === 'end' ? 'the end' : quoted(token.text);
  return sourceError(cursor.source, token, `expected ${wanted}, found ${found}`, hint);
}
