import { parsePrefix } from '../net/ip-prefix.ts';
import {
  type Cursor,
  expectSymbol,
  isKeyword,
  isSymbol,
  isValue,
  literalOf,
  openCursor,
  peek,
  take,
  takeSymbol,
  takeValue,
  unexpected,
} from './cursor.ts';
import type { Expr, Literal, Member, Relation, Term } from './expr.ts';
import type { Logic } from './logic.ts';
import { quoted, sourceError } from './source-error.ts';
import type { Token } from './token.ts';

const DEPTH_MAX = 200;

/** How a relation may be written: as in C, as in Wireshark, or as a word. */
const RELATIONS: ReadonlyMap<string, Relation> = new Map([
  ['==', '=='],
  ['!=', '!='],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
  ['~', 'matches'],
  ['eq', '=='],
  ['ne', '!='],
  ['lt', '<'],
  ['le', '<='],
  ['gt', '>'],
  ['ge', '>='],
  ['contains', 'contains'],
  ['matches', 'matches'],
]);

/** Fields whose value may follow at once: `port 443`, `stream 7`. */
const SHORT_FORMS: ReadonlySet<string> = new Set(['port', 'stream']);

/** What may follow these words at once, as in tcpdump: `host 10.0.0.1`, `net 10.0.0.0/8`. */
const ADDRESS_FORMS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['host', (text) => isBlock(text) && !text.includes('/')],
  ['net', isBlock],
]);

/**
 * Parses a filter. `not` binds closer than `and`, `and` closer than `or`; `!`, `&&` and `||` mean the same as the
 * words, and keywords are known in any case. Throws Failure 64 with the place of the error.
 */
export function parseFilter(source: string): Expr {
  const cursor = openCursor(source);
  const expr = parseExpr(cursor);
  expectEnd(cursor);
  return expr;
}

/** Parses a filter as far as it goes: up to a token that joins nothing. */
export function parseExpr(cursor: Cursor): Expr {
  return parseLogic(cursor, parseTerm);
}

/** Parses leaves joined by `and`, `or`, `not` and parentheses. */
export function parseLogic<Leaf>(cursor: Cursor, parseLeaf: (cursor: Cursor) => Logic<Leaf>): Logic<Leaf> {
  const parseOr = () => parseChain(cursor, 'or', '||', parseAnd);
  const parseAnd = () => parseChain(cursor, 'and', '&&', parseNot);
  const parseNot = (): Logic<Leaf> => {
    const token = peek(cursor);
    if (isSymbol(token, '!') || isKeyword(token, 'not')) {
      enter(cursor);
      const operand = parseNot();
      cursor.depth--;
      return { kind: 'not', operand };
    }
    if (!isSymbol(token, '(')) return parseLeaf(cursor);
    enter(cursor);
    const inner = parseOr();
    expectSymbol(cursor, ')');
    cursor.depth--;
    return inner;
  };
  return parseOr();
}

function parseChain<Leaf>(
  cursor: Cursor,
  kind: 'and' | 'or',
  symbol: string,
  parseOperand: () => Logic<Leaf>,
): Logic<Leaf> {
  const first = parseOperand();
  const operands = [first];
  while (isSymbol(peek(cursor), symbol) || isKeyword(peek(cursor), kind)) {
    take(cursor);
    operands.push(parseOperand());
  }
  return operands.length === 1 ? first : { kind, operands };
}

/** Takes the token that opens a level. */
function enter(cursor: Cursor): void {
  const token = take(cursor);
  if (++cursor.depth > DEPTH_MAX) {
    throw sourceError(cursor.source, token, `nested more than ${DEPTH_MAX} levels deep`);
  }
}

/** The whole source must have been taken, else throws Failure 64. */
export function expectEnd(cursor: Cursor): void {
  const next = peek(cursor);
  if (next.kind === 'end') return;
  if (isSymbol(next, ')')) throw sourceError(cursor.source, next, 'this ")" closes nothing');
  const wordsHint = isValue(next) ? 'a value needs == before it, a text with spaces needs quotes' : null;
  const hint = isSymbol(next, ',') ? 'several values: port in {80, 443}' : wordsHint;
  throw unexpected(cursor, '"and" or "or"', hint);
}

function parseTerm(cursor: Cursor): Expr {
  if (isKeyword(peek(cursor), 'contains')) {
    take(cursor);
    return leaf({ kind: 'search', needle: takeValue(cursor, 'a text after "contains"') });
  }
  const word = takeValue(cursor, 'a field, a protocol, an address or a text');
  if (word.quoted) return leaf({ kind: 'search', needle: word });
  if (startsComparison(peek(cursor))) return leaf(parseComparison(cursor, word));
  if (isKeyword(peek(cursor), 'not') && peek(cursor, 1).kind === 'word' && startsComparison(peek(cursor, 1))) {
    take(cursor);
    return { kind: 'not', operand: leaf(parseComparison(cursor, word)) };
  }
  if (SHORT_FORMS.has(word.text.toLowerCase()) && isValue(peek(cursor))) {
    return leaf({ kind: 'compare', field: word, relation: '==', value: literalOf(take(cursor)) });
  }
  const isAddress = ADDRESS_FORMS.get(word.text.toLowerCase());
  if (isAddress !== undefined && isValue(peek(cursor))) {
    return leaf({ kind: 'word', word: takeAddress(cursor, word.text.toLowerCase(), isAddress) });
  }
  return leaf({ kind: 'word', word });
}

/** The address or block after `host` or `net`, which means the same as if it stood alone. */
function takeAddress(cursor: Cursor, form: string, isAddress: (text: string) => boolean): Literal {
  const value = literalOf(take(cursor));
  const { text } = value;
  if (isAddress(text)) return value;
  if (form === 'host' && isBlock(text))
    throw sourceError(cursor.source, value, `${quoted(text)} is no host`, `net ${text}`);
  const noun = form === 'host' ? 'an address' : 'a network';
  const example = form === 'host' ? 'host 10.0.0.1' : 'net 10.0.0.0/8';
  const hint = `as in ${example}; to search for the text: contains ${quoted(text)}`;
  throw sourceError(cursor.source, value, `${quoted(text)} is not ${noun}`, hint);
}

function isBlock(text: string): boolean {
  return !/^\d+$/.test(text) && parsePrefix(text) !== null;
}

function startsComparison(token: Token): boolean {
  return relationOf(token) !== null || isKeyword(token, 'in');
}

function parseComparison(cursor: Cursor, field: Literal): Term {
  const token = take(cursor);
  const relation = relationOf(token);
  if (relation === null) return { kind: 'in', field, members: parseMembers(cursor) };
  const hint = isSymbol(peek(cursor), '{') ? `several values: ${field.text} in {a, b}` : null;
  return { kind: 'compare', field, relation, value: takeValue(cursor, `a value after "${token.text}"`, hint) };
}

/** The relation a token stands for, or null. */
export function relationOf(token: Token): Relation | null {
  if (token.kind !== 'symbol' && token.kind !== 'word') return null;
  return RELATIONS.get(token.text.toLowerCase()) ?? null;
}

function parseMembers(cursor: Cursor): readonly Member[] {
  expectSymbol(cursor, '{');
  const members: Member[] = [];
  do {
    const value = takeValue(cursor, 'a value');
    members.push(
      takeSymbol(cursor, '..')
        ? { kind: 'range', from: value, to: takeValue(cursor, 'the end of the range') }
        : { kind: 'value', value },
    );
  } while (takeSymbol(cursor, ','));
  expectSymbol(cursor, '}');
  return members;
}

function leaf(term: Term): Expr {
  return { kind: 'leaf', leaf: term };
}
