/** `and`, `or` and `not` over leaves of any kind. Chains of one connective are one node, however long. */
export type Logic<Leaf> =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Logic<Leaf>[] }
  | { readonly kind: 'not'; readonly operand: Logic<Leaf> }
  | { readonly kind: 'leaf'; readonly leaf: Leaf };

/** Says whether something holds; null means that there is nothing to tell it by. */
export type Test<Subject> = (subject: Subject) => boolean | null;

/**
 * Compiles the connectives around compiled leaves, in three-valued logic (Kleene): `and` is false when one side is,
 * `or` is true when one side is, whatever the unknown ones would have said. Leaves that are never null give plain logic.
 */
export function compileLogic<Leaf, Subject>(
  logic: Logic<Leaf>,
  compileLeaf: (leaf: Leaf) => Test<Subject>,
): Test<Subject> {
  if (logic.kind === 'leaf') return compileLeaf(logic.leaf);
  if (logic.kind === 'not') return negate(compileLogic(logic.operand, compileLeaf));
  const tests = logic.operands.map((operand) => compileLogic(operand, compileLeaf));
  const decisive = logic.kind === 'or';
  return (subject) => {
    let outcome: boolean | null = !decisive;
    for (const test of tests) {
      const one = test(subject);
      if (one === decisive) return decisive;
      if (one === null) outcome = null;
    }
    return outcome;
  };
}

/** Unknown stays unknown. */
export function negate<Subject>(test: Test<Subject>): Test<Subject> {
  return (subject) => {
    const outcome = test(subject);
    return outcome === null ? null : !outcome;
  };
}
