import fc from 'fast-check';
import { quote } from './print.ts';
import { type SampleRow, sampleRow } from './sample.ts';

/**
 * A filter as plain data, with a source it can be written as, for an evaluator that shares no code with the real one.
 * Values come from small sets, so that equal ones meet.
 */
export type Model =
  | { readonly op: 'and' | 'or'; readonly sides: readonly Model[] }
  | { readonly op: 'not'; readonly side: Model }
  | Comparison;

interface Comparison {
  readonly op: 'compare';
  readonly source: string;
  readonly fields: readonly (keyof SampleRow)[];
  readonly relation: 'equal' | 'unequal' | 'null' | 'not null' | 'present' | 'is';
  /** What one value must be. */
  readonly holds: (value: unknown) => boolean;
}

type Outcome = boolean | null;

/** The definition of the language, word for word: null where no field of a comparison is known. */
export function evaluate(model: Model, row: SampleRow, unknown: Outcome): Outcome {
  if (model.op === 'not') {
    const outcome = evaluate(model.side, row, unknown);
    return outcome === null ? null : !outcome;
  }
  if (model.op !== 'compare') {
    const outcomes = model.sides.map((side) => evaluate(side, row, unknown));
    const decisive = model.op === 'or';
    if (outcomes.includes(decisive)) return decisive;
    return outcomes.includes(null) ? null : !decisive;
  }
  const values = model.fields.map((field) => row[field]);
  const known = values.filter((value) => value !== null && !(Array.isArray(value) && value.length === 0));
  switch (model.relation) {
    case 'present':
      return known.some((value) => value !== false);
    case 'null':
      return known.length < values.length;
    case 'not null':
      return known.length === values.length;
    default: {
      if (known.length === 0) return unknown;
      const some = known.some((value) => (Array.isArray(value) ? value.some(model.holds) : model.holds(value)));
      return model.relation === 'unequal' ? !some : some;
    }
  }
}

const order = fc.constantFrom('==', '!=', '<', '<=', '>', '>=', 'eq', 'ne', 'lt', 'le', 'gt', 'ge');

/** What a sign of `value - wanted` must be. */
function accepts(relation: string, sign: number): boolean {
  if (['==', 'eq', '!=', 'ne'].includes(relation)) return sign === 0;
  if (['<', 'lt'].includes(relation)) return sign < 0;
  if (['<=', 'le'].includes(relation)) return sign <= 0;
  if (['>', 'gt'].includes(relation)) return sign > 0;
  return sign >= 0;
}

function ordered<V>(
  fields: Comparison['fields'],
  name: string,
  values: fc.Arbitrary<V>,
  write: (value: V) => string,
  sign: (value: V, wanted: V) => number,
): fc.Arbitrary<Comparison> {
  const comparison = fc.tuple(order, values).map(
    ([relation, wanted]): Comparison => ({
      op: 'compare',
      source: `${name} ${relation} ${write(wanted)}`,
      fields,
      relation: relation === '!=' || relation === 'ne' ? 'unequal' : 'equal',
      holds: (value) => accepts(relation, sign(value as V, wanted)),
    }),
  );
  const membership = fc
    .tuple(fc.array(values, { minLength: 1, maxLength: 3 }), values, values)
    .map(([members, one, other]): Comparison => {
      const [from, to] = sign(one, other) <= 0 ? [one, other] : [other, one];
      return {
        op: 'compare',
        source: `${name} in {${members.map(write).join(', ')}, ${write(from)}..${write(to)}}`,
        fields,
        relation: 'is',
        holds: (value) =>
          members.some((member) => sign(value as V, member) === 0) ||
          (sign(value as V, from) >= 0 && sign(value as V, to) <= 0),
      };
    });
  return fc.oneof(comparison, membership);
}

const small = fc.integer({ min: 0, max: 9 });
const minus = (value: number, wanted: number) => value - wanted;
const numbers = fc.oneof(
  ordered(['pid'], 'pid', small, String, minus),
  ordered(['src_port', 'dst_port'], 'port', small, String, minus),
  ordered(['size'], 'size', small, (value) => `${value / 1000}KB`, minus),
  ordered(['rtt_ms'], 'rtt_ms', small, (value) => `${value * 1000}us`, minus),
  ordered(['age_s'], 'age_s', small, (value) => `${value * 1000}ms`, minus),
  ordered(['loss_pct'], 'loss_pct', small, (value) => `${value}%`, minus),
);

/** UTF-8 bytes sort as code points do. */
const byCodePoint = (value: string, wanted: string) => Buffer.compare(Buffer.from(value), Buffer.from(wanted));
const word = fc.string({ unit: fc.constantFrom('a', 'B', '"', '\\', '\uffff', '😀', ' '), maxLength: 2 });
const texts = ordered(['process'], 'process', word, quote, byCodePoint);
const contained = fc.tuple(fc.constantFrom('process' as const, 'tags' as const), word).map(
  ([field, text]): Comparison => ({
    op: 'compare',
    source: `${field} contains ${quote(text)}`,
    fields: [field],
    relation: 'is',
    holds: (value) => (value as string).includes(text),
  }),
);
const tag = word.chain((text) =>
  fc.constantFrom('==', '!=').map(
    (relation): Comparison => ({
      op: 'compare',
      source: `tags ${relation} ${quote(text)}`,
      fields: ['tags'],
      relation: relation === '!=' ? 'unequal' : 'equal',
      holds: (value) => value === text,
    }),
  ),
);

const STATES = ['ESTABLISHED', 'SYN_RECV', 'TIME_WAIT', 'LISTEN'] as const;
const SPELLINGS = { ESTABLISHED: 'estab', SYN_RECV: 'SYN-RECV', TIME_WAIT: 'time_wait', LISTEN: '"Listen"' };
const state = fc.constantFrom(...STATES).chain((wanted) =>
  fc.constantFrom('==', '!=').map(
    (relation): Comparison => ({
      op: 'compare',
      source: `state ${relation} ${SPELLINGS[wanted]}`,
      fields: ['state'],
      relation: relation === '!=' ? 'unequal' : 'equal',
      holds: (value) => value === wanted,
    }),
  ),
);

/** The last four bits of an address, of either family. */
const host = fc.record({ ipv6: fc.boolean(), bits: fc.integer({ min: 0, max: 15 }) });
const writeHost = ({ ipv6, bits }: { ipv6: boolean; bits: number }) =>
  ipv6 ? `2001:db8::${bits.toString(16)}` : `10.0.0.${bits}`;
const address = fc
  .record({
    name: fc.constantFrom('ip.src', 'ip.addr', 'dst', ''),
    relation: fc.constantFrom('==', '!='),
    block: host,
    free: fc.integer({ min: 0, max: 4 }),
    long: fc.boolean(),
  })
  .map(({ name, relation, block, free, long }): Comparison => {
    const written = long && block.ipv6 ? `2001:0DB8:0:0::${block.bits.toString(16).toUpperCase()}` : writeHost(block);
    const literal = `${written}/${(block.ipv6 ? 128 : 32) - free}`;
    const members = Array.from({ length: 16 }, (_, bits) => bits).filter((bits) => bits >> free === block.bits >> free);
    const inside = new Set(members.map((bits) => writeHost({ ipv6: block.ipv6, bits })));
    return {
      op: 'compare',
      source: name === '' ? literal : `${name} ${relation} ${literal}`,
      fields: name === 'ip.src' ? ['src'] : name === 'dst' ? ['dst'] : ['src', 'dst'],
      relation: name !== '' && relation === '!=' ? 'unequal' : 'equal',
      holds: (value) => inside.has(value as string),
    };
  });

const writeTime = (nanos: number) => `2024-05-01T10:00:00.${String(nanos).padStart(9, '0').replace(/0+$/, '')}Z`;
const readTime = (text: string) => Number(text.slice(20, -1).padEnd(9, '0'));
const nanos = fc.constantFrom(1, 10, 500_000_000, 500_000_001, 999_999_999);
const time = ordered(
  ['time'],
  'time',
  nanos.map(writeTime),
  String,
  (value, wanted) => readTime(value) - readTime(wanted),
);

const presence = fc
  .tuple(
    fc.constantFrom<keyof SampleRow | 'port'>('pid', 'process', 'src', 'time', 'ok', 'tags', 'state', 'port'),
    fc.constantFrom('present' as const, 'null' as const, 'not null' as const),
  )
  .map(
    ([name, relation]): Comparison => ({
      op: 'compare',
      source: relation === 'present' ? name : `${name} ${relation === 'null' ? '==' : '!='} null`,
      fields: name === 'port' ? ['src_port', 'dst_port'] : [name],
      relation,
      holds: () => true,
    }),
  );

const comparison: fc.Arbitrary<Model> = fc.oneof(numbers, texts, contained, tag, state, address, time, presence);

/** Any filter. */
export const model: fc.Arbitrary<Model> = fc.letrec<{ model: Model }>((tie) => ({
  model: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    comparison,
    fc.record({ op: fc.constant('not' as const), side: tie('model') }),
    fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      sides: fc.array(tie('model'), { minLength: 2, maxLength: 3 }),
    }),
  ),
})).model;

const PRECEDENCE = { or: 0, and: 1, not: 2, compare: 3 };

/** A filter as a person may write it: parentheses only where they are needed, connectives in several spellings. */
export function write(filter: Model, spelling: 'words' | 'symbols'): string {
  const side = (inner: Model, outer: Model) =>
    PRECEDENCE[inner.op] < PRECEDENCE[outer.op] ? `(${write(inner, spelling)})` : write(inner, spelling);
  if (filter.op === 'compare') return filter.source;
  if (filter.op === 'not') return (spelling === 'words' ? 'not ' : '!') + side(filter.side, filter);
  const connective = spelling === 'words' ? ` ${filter.op} ` : { and: '&&', or: ' || ' }[filter.op];
  return filter.sides.map((inner) => side(inner, filter)).join(connective);
}

const maybe = <T>(values: fc.Arbitrary<T>) => fc.option(values, { freq: 3 });

/** Any row, with nulls. */
export const row: fc.Arbitrary<SampleRow> = fc
  .record({
    time: maybe(nanos.map(writeTime)),
    state: maybe(fc.constantFrom(...STATES)),
    src: maybe(host.map(writeHost)),
    dst: maybe(host.map(writeHost)),
    src_port: maybe(small),
    dst_port: maybe(small),
    process: maybe(word),
    pid: maybe(small),
    size: maybe(small),
    rtt_ms: maybe(small),
    age_s: maybe(small),
    loss_pct: maybe(small),
    ok: maybe(fc.boolean()),
    tags: fc.array(word, { maxLength: 2 }),
  })
  .map(sampleRow);
