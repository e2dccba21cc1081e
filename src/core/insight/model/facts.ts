import { isNumeric } from '../../record/field.ts';
import { fieldNamed } from '../../record/table.ts';
import { TABLES } from '../../record/tables/all.ts';
import type { InsightRow } from '../../record/tables/insight.ts';
import type { NetworkSnapshot } from './network-snapshot.ts';
import { plainText } from './plain-text.ts';
import { isFigure, type Redaction } from './redaction.ts';
import { sentence, type Vocabulary } from './vocabulary.ts';

type Value = string | number | boolean;

/** One thing that a model may cite: `{ id: 'F3', fact: 'top_talker', address: 'private-1', packets: 120 }`. */
export interface Fact {
  readonly id: string;
  readonly fact: string;
  readonly [name: string]: Value | readonly string[];
}

const NUMBERS = [
  'total_packets',
  'connections_established',
  'connections_other',
  'gateway_rtt_ms',
  'gateway_loss_pct',
  'dns_rtt_ms',
  'dns_loss_pct',
  'bandwidth_rx',
  'bandwidth_tx',
] as const satisfies readonly (keyof NetworkSnapshot)[];

/** The facts of a snapshot, as they are sent: nothing of it is left that the redaction does not let through. */
export function factsOf(snapshot: NetworkSnapshot, redaction: Redaction, vocabulary: Vocabulary): readonly Fact[] {
  const facts: Fact[] = [];
  const add = (fact: string, values: Omit<Fact, 'id' | 'fact'>): void => {
    facts.push({ id: `F${facts.length + 1}`, fact, ...values });
  };
  for (const finding of snapshot.findings) add('finding', findingValues(finding, redaction, vocabulary));
  for (const name of NUMBERS) {
    const value = snapshot[name];
    if (value !== null) add(name, { value: rounded(value) });
  }
  for (const { name, packets } of snapshot.protocol_counts) add('protocol', { name, packets });
  for (const { name, packets } of snapshot.top_talkers)
    add('top_talker', { address: redaction.address(name), packets });
  for (const name of snapshot.dns_queries) add('dns_query', { name: redaction.name(name) });
  for (const { id, summary, packets } of snapshot.expert_errors) add('expert_error', { expert: id, summary, packets });
  for (const { id, summary, packets } of snapshot.expert_warnings)
    add('expert_warning', { expert: id, summary, packets });
  const unknown = NUMBERS.filter((name) => snapshot[name] === null);
  if (unknown.length > 0) add('not_measured', { names: unknown });
  return facts;
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

function findingValues(row: InsightRow, redaction: Redaction, vocabulary: Vocabulary): Omit<Fact, 'id' | 'fact'> {
  return {
    rule: row.rule,
    severity: row.severity,
    confidence: row.confidence,
    summary: sentence(row.summary, redaction, vocabulary),
    ...(row.subject === null ? {} : { subject: subjectOf(row.subject, redaction, vocabulary) }),
    evidence: row.evidence.map((one) => evidenceOf(one, redaction)),
  };
}

/** An address, a name or a word; or several, as in `10.0.0.1 to 10.0.0.2`. */
const subjectOf = (subject: string, redaction: Redaction, vocabulary: Vocabulary): string =>
  subject.includes(' ') ? sentence(subject, redaction, vocabulary) : redaction.any(subject);

/** `dns_query packet=17 name=name-1.example.com`, of what `evidence` wrote. */
function evidenceOf(text: string, redaction: Redaction): string {
  const [type = '', ...rest] = text.split(' ');
  const words = [...rest.join(' ').matchAll(/([a-z0-9_]+)=("(?:[^"\\]|\\.)*"|\S+)/g)].map(
    ([, name = '', value = '']) => `${name}=${evidentValue(type, name, unquoted(value), redaction)}`,
  );
  return plainText([/^[a-z_]+$/.test(type) ? type : 'record', ...words].join(' '), LONGEST_EVIDENCE);
}
const LONGEST_EVIDENCE = 300;

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value;
  }
}

/** Fields of text whose values are words of a standard. */
const STANDARD: ReadonlySet<string> = new Set([
  'qtype',
  'rcode',
  'version',
  'tls_version',
  'cipher',
  'outcome',
  'proto',
]);

function evidentValue(type: string, name: string, value: string, redaction: Redaction): string {
  const table = Object.hasOwn(TABLES, type) ? TABLES[type as keyof typeof TABLES] : undefined;
  const field = table === undefined ? undefined : fieldNamed(table, name);
  if (field?.values?.includes(value)) return value;
  if (value === 'true' || value === 'false' || isFigure(value)) return value;
  if (field !== undefined && isNumeric(field) && /^-?\d{1,15}(?:\.\d+)?$/.test(value)) return value;
  if (field?.kind === 'time' && /^\d{4}-\d\d-\d\dT[\d:.]{8,18}Z$/.test(value)) return value;
  if (STANDARD.has(name) && /^[A-Za-z0-9_.-]{1,48}$/.test(value) && field !== undefined) return value;
  // rules name protocols by words of their own
  if (name === 'protocol' && /^[A-Z][A-Z0-9]{1,7}(?: [A-Z][a-z]{1,9})?$/.test(value)) return value;
  return redaction.any(value);
}
