import { rangeTest, valueTest } from '../filter/comparison.ts';
import type { Literal, Member, Relation } from '../filter/expr.ts';
import type { Test } from '../filter/logic.ts';
import { type Field, integer } from '../record/field.ts';
import { packet as table } from '../record/tables/packet.ts';
import type { Packet } from '../wire/packet.ts';
import type { DisplayField } from './display-field.ts';

/** What bits are compared as. */
const BIT = integer('A bit.');

/** Compares the values of a field with a literal. Throws Failure 64 for one that does not fit the field. */
export function displayTest(
  { field, visit, equals }: DisplayField,
  name: string,
  source: string,
  relation: Exclude<Relation, '!='>,
  literal: Literal,
): Test<Packet> {
  const fast = relation === '==' ? (equals?.(literal.text) ?? null) : null;
  if (fast !== null) return fast;
  const value = field.kind === 'flag' ? { ...literal, text: bitOf(literal.text) } : literal;
  const test = valueTest({ field: oneOf(field), name, table, source }, relation, value);
  return (packet) => visit(packet, test);
}

/** Whether one of the values is among `members`. Throws Failure 64 as `displayTest` does. */
export function displayMembers(
  known: DisplayField,
  name: string,
  source: string,
  members: readonly Member[],
): Test<Packet> {
  const tests = members.map((member) => {
    if (member.kind === 'value') return displayTest(known, name, source, '==', member.value);
    const test = rangeTest({ field: oneOf(known.field), name, table, source }, member);
    return (packet: Packet) => known.visit(packet, test);
  });
  return (packet) => {
    let outcome: boolean | null = null;
    for (const test of tests) {
      const one = test(packet);
      if (one === true) return true;
      outcome ??= one;
    }
    return outcome;
  };
}

/** The field as one of its values is compared. */
const oneOf = (field: Field): Field => (field.kind === 'flag' ? BIT : { ...field, many: false });

function bitOf(text: string): string {
  const lower = text.toLowerCase();
  return lower === 'true' ? '1' : lower === 'false' ? '0' : text;
}
