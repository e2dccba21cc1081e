import type { Field } from '../record/field.ts';
import { type AnyRow, fieldNamed, type RecordTable, type Section, type Snapshot } from '../record/table.ts';
import { ALPN_NAMES, HTTP_METHODS } from './known-words.ts';
import { redactAddress, redactName } from './redact-text.ts';
import type { Redaction } from './redaction.ts';

/** Texts of protocols, of the kernel and of netwatch itself, which come from closed sets that the table does not list. */
const PLAIN = new Set(
  'app service congestion version cipher ja3 ja4 offered_versions versions answered change qtype rcode proto layers link link_types format tcp_flags transport id group path range scope kind table pref flags state source rule os kernel pids types reads record json_type tls_version tls_cipher'.split(
    ' ',
  ),
);
/** Names of hosts, and of what is as telling as one. */
const NAMES = new Set('server_name host hostname name user search target master parent container netns'.split(' '));
/** Names of interfaces that every machine has, and say nothing of it. */
const PLAIN_INTERFACE = /^(?:lo|any|docker0|(?:eth|wlan|tun|tap|wg|br|bond|veth|interface-)\d{1,3})$/;
const INTERFACES = new Set(['iface', 'interfaces', 'master', 'parent']);
/** Words of which others than the known ones come from outside. */
const KNOWN: Readonly<Record<string, ReadonlySet<string>>> = {
  alpn: ALPN_NAMES,
  offered_alpn: ALPN_NAMES,
  tls_alpn: ALPN_NAMES,
  method: HTTP_METHODS,
};
const ADDRESS_LISTS = new Set('ipv4 ipv6 gateway dns addrs answers'.split(' '));
/** Records of what applications say. */
const OF_MESSAGES = new Set(['dns_query', 'http_request', 'tls_session']);
const PROCESSES = new Set(['process', 'processes']);
/** A name of a program that cannot be an address or a host. */
const PROGRAM = /^[a-z_][a-z_+-]{0,30}$/i;
/** Where the text is one word of a protocol; other values are from outside. */
const WORD = /^[\w .,:+*/()#-]{0,128}$/;
const LIKE_AN_ADDRESS = /\d{1,3}(?:\.\d{1,3}){3}|(?:[0-9a-f]{1,4}:){2,}|::|[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}/i;

type Redact = (value: unknown) => unknown;

/**
 * Redacts records: numbers, times and words of closed sets stay, addresses, names and interfaces become others, and a text
 * that may hold anything becomes null, or empty where it is never null. One for a run, which keeps what it knows of tables.
 */
export class RowRedactor {
  private readonly redaction: Redaction;
  private readonly tables = new Map<RecordTable, Map<string, Redact | null>>();

  constructor(redaction: Redaction) {
    this.redaction = redaction;
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
    const known = this.tables.get(table) ?? new Map<string, Redact | null>();
    this.tables.set(table, known);
    const made: Record<string, unknown> = {};
    for (const name of Object.keys(row)) {
      let redact = known.get(name);
      if (redact === undefined) {
        redact = this.redactOf(table, name);
        known.set(name, redact);
      }
      const value = row[name];
      made[name] = redact === null || value === null || value === undefined ? value : redact(value);
    }
    return made;
  }

  /** How a field is redacted; null for one that stays as it is. */
  private redactOf(table: RecordTable, name: string): Redact | null {
    const field = fieldNamed(table, name);
    // what no table knows is nothing that a reader may see
    if (field === undefined) return () => null;
    const { ips, macs } = this.redaction;
    const emptied = emptyOf(field);
    const place = table.places[name];
    // told by databases of addresses, and of network cards
    if (place !== undefined) return (place.is === 'vendor' ? macs : ips) ? () => null : null;
    if (name === 'community_id') return ips ? () => null : null;
    if (field.kind === 'address') return this.each(field, (text) => redactAddress(text, this.redaction));
    if (field.kind !== 'text' && field.kind !== 'list') return null;
    if (field.values !== null) {
      const values = new Set(field.values);
      return this.each(field, (text) => (values.has(text) ? text : emptied));
    }
    const isSaid = name === 'server_name' || OF_MESSAGES.has(table.type);
    if (this.redaction.payload && isSaid && (NAMES.has(name) || name === 'answers')) {
      return () => (field.kind === 'list' ? [] : emptied);
    }
    return this.ofText(name, field, emptied);
  }

  private ofText(name: string, field: Field, emptied: unknown): Redact {
    const { redaction } = this;
    const isName = NAMES.has(name) || name.endsWith('_host') || name.endsWith('_name');
    const known = KNOWN[name];
    if (known !== undefined) return this.each(field, (text) => (known.has(text) ? text : emptied));
    if (INTERFACES.has(name)) return this.each(field, (text) => this.interfaceName(text));
    if (PROCESSES.has(name)) return this.each(field, (text) => (PROGRAM.test(text) ? text : emptied));
    if (name === 'mac' || ADDRESS_LISTS.has(name)) return this.each(field, (text) => redactAddress(text, redaction));
    if (isName) return this.each(field, (text) => (PLAIN_INTERFACE.test(text) ? text : redactName(text, redaction)));
    if (PLAIN.has(name))
      return this.each(field, (text) => (WORD.test(text) && !LIKE_AN_ADDRESS.test(text) ? text : emptied));
    return () => (field.kind === 'list' ? [] : emptied);
  }

  private interfaceName(text: string): string {
    return PLAIN_INTERFACE.test(text) ? text : redactName(text, this.redaction);
  }

  /** Of a list, each text that is left. */
  private each({ kind, many }: Field, redact: (text: string) => unknown): Redact {
    if (kind !== 'list' && !many) return (value) => redact(String(value));
    return (value) =>
      (Array.isArray(value) ? value : []).map((one) => redact(String(one))).filter((one) => one !== null && one !== '');
  }
}

/** What stands for a text that is not kept. */
const emptyOf = ({ nullable, kind }: Field): string | null => (nullable || kind === 'list' ? null : '');
