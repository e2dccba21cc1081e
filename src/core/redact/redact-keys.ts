import type { AnyRow, RecordTable } from '../record/table.ts';
import { conn } from '../record/tables/conn.ts';
import { iface } from '../record/tables/iface.ts';
import { host } from '../record/tables/network-config.ts';
import { ROUTE_WORDS } from './known-words.ts';
import { isTime, redactAddress, redactInterface, redactProgram, redactToken } from './redact-text.ts';
import type { Redaction } from './redaction.ts';
import { COUNTER, textKindOf } from './text-kinds.ts';

/** A text of which another field of its row says what it is; null for what may not stay. */
export function redactKey(
  text: string,
  { type }: RecordTable,
  name: string,
  row: AnyRow,
  redaction: Redaction,
): string | null {
  if (type === 'route') return ofChange(text, type, redaction);
  if (type !== 'change') return ofGroup(text, row.by, redaction);
  const { what, field, process } = row;
  if (what === 'listener' && name !== 'key') return text.split(', ').map(programOf).join(', ');
  if (what === 'remote' && typeof process === 'string' && text.startsWith(`${process} `))
    return `${programOf(process)} ${ofChange(text.slice(process.length + 1), what, redaction)}`;
  if (name === 'key' || typeof field !== 'string') return ofChange(text, what, redaction);
  if (field === 'alias') return null;
  const kind = what === 'host' ? textKindOf(host, field) : null;
  return kind instanceof RegExp ? (kind.exec(text)?.[0] ?? null) : ofChange(text, what, redaction);
}

/** What the rows of a group share. */
function ofGroup(text: string, by: unknown, redaction: Redaction): string | null {
  switch (by) {
    case 'process':
      return redactProgram(text);
    case 'pid':
    case 'port':
      return /^\d{1,10}$/.test(text) ? text : null;
    case 'state':
      return conn.fields.state.values!.includes(text) ? text : null;
    case 'hour':
      return isTime(text) ? text : null;
    case 'remote':
      return redactAddress(text, redaction);
    case 'user':
    case 'interface':
      return redactInterface(text, redaction);
    case 'session':
      return redactToken(text, redaction);
    case 'path':
      return pathOf(text, redaction);
    case 'subflow': {
      const [token = '', iface = '', ...path] = text.split(' ');
      return [redactToken(token, redaction), redactInterface(iface, redaction), pathOf(path.join(' '), redaction)].join(
        ' ',
      );
    }
    default:
      return null;
  }
}

/** Between two addresses. */
const pathOf = (text: string, redaction: Redaction): string =>
  text
    .split(' > ')
    .map((one) => redactAddress(one, redaction))
    .join(' > ');

const programOf = (text: string): string => redactProgram(text) ?? '…';

/** Words in which differences are told: those of `ip route`, and states and kinds of interfaces. */
const OF_CHANGES = new Set([
  ...(iface.fields.kind.values ?? []),
  ...(iface.fields.state.values ?? []),
  ...ROUTE_WORDS,
  ...'tcp udp sctp mptcp raw to port running loopback pointopoint noarp promisc lower_up half full ipv4 ipv6 both'.split(
    ' ',
  ),
]);
const NUMBER = /^-?\d{1,15}(?:\.\d{1,3})?$/;
const ADDRESS =
  /^(?:\[[0-9a-f:.%\w]*\](?::\d{1,5})?|[\d.]+(?:\/\d{1,2}|:\d{1,5})?|(?=.*:.*:)[0-9a-f:.]+(?:%\w+)?(?:\/\d{1,3})?)$/i;

/** What differs, or what was before or after it, word by word. */
function ofChange(text: string, what: unknown, redaction: Redaction): string {
  const isOfSocket = what === 'listener' || what === 'remote';
  const words = text.split(' ').map((word) => {
    const [, bare = '', after = ''] = /^(.*?)([,;]*)$/s.exec(word) ?? [];
    if (bare === '' || OF_CHANGES.has(bare) || NUMBER.test(bare)) return word;
    if (ADDRESS.test(bare)) return `${redactAddress(bare, redaction)}${after}`;
    if (what === 'counter' && COUNTER.test(bare)) return word;
    return isOfSocket ? '…' : `${redactInterface(bare, redaction)}${after}`;
  });
  return words.join(' ');
}
