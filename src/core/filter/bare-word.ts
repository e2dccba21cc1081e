import type { Failure } from '../failure.ts';
import { parseIp } from '../net/ip-address.ts';
import { parsePrefix, prefixTest } from '../net/ip-prefix.ts';
import type { Kind } from '../record/field.ts';
import { type AnyRow, fieldNames, type RecordTable } from '../record/table.ts';
import { suggest } from '../suggest.ts';
import { anyField, isAbsent } from './any-field.ts';
import { onText } from './comparison.ts';
import { EXPERT_IDS } from './dissected-protocols.ts';
import { refuseDottedName } from './dotted-name.ts';
import { spelledAs, type TextTest } from './equality.ts';
import type { Literal } from './expr.ts';
import type { Test } from './logic.ts';
import { layersNamed, PROTOCOL_NAMES } from './protocol-names.ts';
import { lookUp, reading, type Scope } from './scope.ts';
import { quoted, sourceError } from './source-error.ts';

/** Fields that say what a row's protocols are. */
const PROTOCOL_FIELDS = ['proto', 'family', 'app', 'service', 'layers', 'path'];

/**
 * A word alone. In this order: a field name or alias (present: not null, a flag that is true, a list with elements), an
 * IP address or CIDR block (in any address field; in any list where the table has none), a protocol, or a text that is
 * searched for. A number alone means nothing. Where words are not searched for, only one that is a value of a closed set
 * is; any other is an error, for it would be a slip that finds nothing. A dotted name that is no field of a display filter
 * is an error everywhere.
 */
export function bindWord(scope: Scope, word: Literal): Test<AnyRow> {
  const names = lookUp(scope, word.text);
  if (names !== null) return (row) => names.some((name) => row[name] !== false && !isAbsent(row[name]));
  const bound = bindAddress(scope, word) ?? bindProtocol(scope, word.text.toLowerCase());
  if (bound !== null) return bound;
  if (!isValue(scope.table, word.text)) {
    if (!scope.searchesWords) throw unknownWord(scope, word);
    if (!EXPERT_IDS.has(word.text.toLowerCase()))
      refuseDottedName(scope.source, word, scope.table.type, namesOf(scope.table));
  }
  return bindSearch(scope, word.text);
}

/** Every name that a word may be: fields, aliases, protocols, and the ids of experts where rows have them. */
export function namesOf(table: RecordTable): readonly string[] {
  const { type, fields, aliases } = table;
  const experts = type === 'expert' || Object.hasOwn(fields, 'expert') ? EXPERT_IDS : [];
  return [...fieldNames(table), ...Object.keys(aliases), ...PROTOCOL_NAMES, ...experts];
}

function isValue({ fields }: RecordTable, text: string): boolean {
  const lower = text.toLowerCase();
  return Object.values(fields).some(({ values }) => values?.some((value) => value.toLowerCase() === lower));
}

function unknownWord({ source, table }: Scope, word: Literal): Failure {
  const near = nearest(table, word.text);
  const hint = near === null ? `to search for it: contains ${quoted(word.text)}` : `did you mean ${near}?`;
  return sourceError(source, word, `${quoted(word.text)} is no field, protocol or value of ${table.type}`, hint);
}

/** What a word was most likely meant for: a comparison with a value of a closed set, a field or an alias. */
function nearest(table: RecordTable, text: string): string | null {
  const { fields, aliases } = table;
  const values = Object.values(fields).flatMap((field) => field.values ?? []);
  const names = [...fieldNames(table), ...Object.keys(aliases)];
  const near = spelledAs(text, values) ?? suggest(text, [...values, ...names]);
  if (near === null || names.includes(near)) return near;
  const owner = Object.keys(fields).find((name) => fields[name]!.values?.includes(near));
  return `${owner} == ${near.includes(' ') ? quoted(near) : near}`;
}

/** A text in any case, anywhere in the row's text, address and list fields. */
export function bindSearch(scope: Scope, text: string): Test<AnyRow> {
  const needle = text.toLowerCase();
  return anyText(scope, fieldsOf(scope, 'text', 'address', 'list'), (value) => value.toLowerCase().includes(needle));
}

function bindAddress(scope: Scope, word: Literal): Test<AnyRow> | null {
  const { text } = word;
  const misfit = (message: string, hint: string) => sourceError(scope.source, word, message, hint);
  if (/^\d+$/.test(text)) throw misfit(`${quoted(text)} stands alone`, `port ${text}, or contains "${text}"`);
  const prefix = parsePrefix(text);
  if (prefix === null) {
    const [, address, separator, number] = /^(.+)([/:])(\d+)$/.exec(text) ?? [];
    if (address === undefined || parseIp(address) === null) return null;
    throw misfit(
      `${quoted(text)} is not an address`,
      separator === ':' ? `${address} and port ${number}` : 'as in 10.0.0.0/8',
    );
  }
  const addresses = fieldsOf(scope, 'address');
  const names = addresses.length > 0 ? addresses : fieldsOf(scope, 'list');
  return names.length === 0 ? null : anyText(scope, names, prefixTest(prefix));
}

/**
 * Where a field has a closed set with the protocol in it, that field says; else every field does that is open. So `tcp`
 * asks only `proto`, and `http` never asks a `proto` that is tcp or udp. `ip` is IPv4, as `ipv6` is IPv6: a field that
 * says the family says it.
 */
function bindProtocol(scope: Scope, protocol: string): Test<AnyRow> | null {
  const { fields } = scope.table;
  if (protocol === 'ip' && Object.hasOwn(fields, 'family'))
    return anyText(scope, ['family'], (value) => value === 'ipv4');
  const named = PROTOCOL_FIELDS.filter((name) => Object.hasOwn(fields, name));
  const closed = named.filter((name) => fields[name]!.values?.includes(protocol));
  const open = PROTOCOL_NAMES.has(protocol) ? named.filter((name) => fields[name]!.values === null) : [];
  const names = closed.length > 0 ? closed : open;
  if (names.length === 0) return null;
  const wanted = new Set([protocol, ...layersNamed(protocol)]);
  return anyText(scope, names, (value) => {
    const lower = value.toLowerCase();
    return wanted.has(lower) || (lower.includes('/') && lower.split('/').some((part) => wanted.has(part))); // a path: eth/ip/tcp
  });
}

function fieldsOf(scope: Scope, ...kinds: readonly Kind[]): readonly string[] {
  const { fields } = scope.table;
  return Object.keys(fields).filter((name) => kinds.includes(fields[name]!.kind));
}

function anyText(scope: Scope, names: readonly string[], test: TextTest): Test<AnyRow> {
  reading(scope, names);
  const tests = names.map((name) => onText(scope.table.fields[name]!.kind, test));
  return anyField(names, tests);
}
