import type { Expr, Literal, Term } from '../../../src/core/filter/expr.ts';

/** Source that parses to the same expression, places aside. */
export function printExpr(expr: Expr): string {
  switch (expr.kind) {
    case 'leaf':
      return printTerm(expr.leaf);
    case 'not':
      return `not ${printOperand(expr.operand)}`;
    default:
      return expr.operands.map(printOperand).join(` ${expr.kind} `);
  }
}

function printOperand(expr: Expr): string {
  return expr.kind === 'and' || expr.kind === 'or' ? `(${printExpr(expr)})` : printExpr(expr);
}

function printTerm(term: Term): string {
  switch (term.kind) {
    case 'word':
      return printLiteral(term.word);
    case 'search':
      return `contains ${printLiteral(term.needle)}`;
    case 'compare':
      return `${printLiteral(term.field)} ${term.relation} ${printLiteral(term.value)}`;
    case 'in': {
      const members = term.members.map((member) =>
        member.kind === 'value'
          ? printLiteral(member.value)
          : `${printLiteral(member.from)}..${printLiteral(member.to)}`,
      );
      return `${printLiteral(term.field)} in {${members.join(', ')}}`;
    }
  }
}

/** A text in quotes that reads back as it was. */
export function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function printLiteral({ text, quoted }: Literal): string {
  return quoted ? quote(text) : text;
}

/** The same expression without places. */
export function withoutPlaces(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, part) => (key === 'column' || key === 'length' ? undefined : part)));
}
