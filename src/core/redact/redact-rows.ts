import type { Field } from '../record/field.ts';
import { type AnyRow, fieldNamed, type RecordTable, type Section, type Snapshot } from '../record/table.ts';
import { redactEvidence } from './redact-evidence.ts';
import { redactKey } from './redact-keys.ts';
import {
  isTime,
  isWord,
  redactAddress,
  redactAnswer,
  redactInterface,
  redactProgram,
  redactSubject,
  redactTarget,
  redactToken,
} from './redact-text.ts';
import type { Redaction } from './redaction.ts';
import { STATIC_TYPES, type TextKind, textKindOf } from './text-kinds.ts';

/** Records of what applications say. */
const OF_MESSAGES = new Set(['dns_query', 'http_request', 'tls_session']);
const SAID: ReadonlySet<TextKind | null> = new Set<TextKind | null>(['name', 'answer']);

type Redact = (value: unknown, row: AnyRow) => unknown;
/** What may stay of a text; null for nothing. */
type OfText = (text: string, row: AnyRow) => string | null;

/**
 * Redacts records: numbers, times and words of closed sets stay, addresses, names and interfaces become others, and a text
 * that may hold anything becomes null, or empty where it is never null. One for a run, which keeps what it knows of tables.
 */
export class RowRedactor {
  private readonly redaction: Redaction;
  private readonly sentence: (text: string) => string;
  private readonly tables = new Map<RecordTable, Map<string, Redact | null>>();

  /** `sentence` says what may stay of a sentence of netwatch. */
  constructor(redaction: Redaction, sentence: (text: string) => string = () => '') {
    this.redaction = redaction;
    this.sentence = sentence;
  }

  /** The same snapshot; rows are redacted as they are read. */
  snapshot(snapshot: Snapshot): Snapshot {
    return snapshot.map((one) => this.section(one));
  }

  section(section: Section): Section {
    return { ...section, rows: this.rows(section.table, section.rows) };
  }

  *rows(table: RecordTable, rows: Iterable<AnyRow>): Iterable<AnyRow> {
    for (const row of rows) yield this.row(table, row);
  }

  row(table: RecordTable, row: AnyRow): AnyRow {
    if (STATIC_TYPES.has(table.type)) return row;
    const made: Record<string, unknown> = {};
    for (const name of Object.keys(row)) made[name] = this.value(table, name, row[name], row);
    return made;
  }

  private value(table: RecordTable, name: string, value: unknown, row: AnyRow): unknown {
    let known = this.tables.get(table);
    if (known === undefined) {
      known = new Map();
      this.tables.set(table, known);
    }
    let redact = known.get(name);
    if (redact === undefined) {
      redact = this.redactOf(table, name);
      known.set(name, redact);
    }
    return redact === null || value === null || value === undefined ? value : redact(value, row);
  }

  /** How a field is redacted; null for one that stays as it is. */
  private redactOf(table: RecordTable, name: string): Redact | null {
    const field = fieldNamed(table, name);
    // what no table knows is nothing that a reader may see
    if (field === undefined) return () => null;
    const { ips, macs, payload } = this.redaction;
    const place = table.places[name];
    // told by databases of addresses, and of network cards
    if (place !== undefined) return (place.is === 'vendor' ? macs : ips) ? () => null : null;
    if (name === 'community_id') return ips ? () => null : null;
    if (field.kind === 'address') return each(field, (text) => redactAddress(text, this.redaction));
    if (field.kind === 'time') return each(field, (text) => (isTime(text) ? text : null));
    if (field.kind !== 'text' && field.kind !== 'list') return null;
    if (field.values !== null) return each(field, keptOf(new Set(field.values)));
    const kind = textKindOf(table, name);
    const isSaid = name === 'server_name' || (OF_MESSAGES.has(table.type) && SAID.has(kind));
    if (kind === null || (payload && isSaid)) return () => emptyOf(field);
    return each(field, this.ofText(table, name, kind));
  }

  private ofText(table: RecordTable, name: string, kind: TextKind): OfText {
    const { redaction } = this;
    if (kind instanceof RegExp || kind instanceof Set) return keptOf(kind);
    switch (kind) {
      case 'word':
        return (text) => (isWord(text) ? text : null);
      case 'program':
        return redactProgram;
      case 'interface':
      case 'name':
        return (text) => redactInterface(text, redaction);
      case 'address':
        return (text) => redactAddress(text, redaction);
      case 'answer':
        return (text) => redactAnswer(text, redaction);
      case 'target':
        return (text) => redactTarget(text, redaction);
      case 'subject':
        return (text) => redactSubject(text, redaction, this.sentence);
      case 'sentence':
        return this.sentence;
      case 'evidence':
        return (text) => redactEvidence(text, (...given) => this.value(...given));
      case 'token':
        return (text) => redactToken(text, redaction);
      default:
        return (text, row) => redactKey(text, table, name, row, redaction);
    }
  }
}

const keptOf =
  (kept: ReadonlySet<string> | RegExp): OfText =>
  (text) =>
    kept instanceof RegExp ? (kept.exec(text)?.[0] ?? null) : kept.has(text) ? text : null;

/** Of a list, each text that is left. */
function each(field: Field, redact: OfText): Redact {
  const emptied = emptyOf(field);
  if (field.kind !== 'list' && !field.many) return (value, row) => redact(String(value), row) ?? emptied;
  return (value, row) =>
    (Array.isArray(value) ? value : [])
      .map((one) => redact(String(one), row))
      .filter((one) => one !== null && one !== '');
}

/** What stands for a text that is not kept. */
const emptyOf = ({ nullable, kind }: Field): unknown => (kind === 'list' ? [] : nullable ? null : '');
