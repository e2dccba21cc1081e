import { suggest } from '../suggest.ts';
import type { Literal } from './expr.ts';
import { PROTOCOL_NAMES } from './protocol-names.ts';
import { quoted, sourceError } from './source-error.ts';

/** What names of display filters begin with besides protocols: the frame, columns, and older names of protocols. */
const OTHER_ROOTS: ReadonlyMap<string, string | null> = new Map([
  ['frame', null],
  ['_ws', null],
  ['ssl', 'tls'],
  ['bootp', 'dhcp'],
]);
const NAME = /^[a-z_][\w-]*(?:\.[\w-]+)+$/i;
/** Names of hosts end with these, or with two letters; those of units and of files with the others. */
const OTHER_ENDS: ReadonlySet<string> = new Set(
  (
    'com net org edu gov mil arpa info biz pro local localhost localdomain lan home internal intranet corp private ' +
    'test example onion box svc cluster consul cloud app dev page google goog site online shop store blog tech xyz ' +
    'top club live chat network systems services solutions software digital media news email zone space website ' +
    'world service socket scope slice conf cfg cnf ini log sock exe jar json yml yaml xml html php txt bin'
  ).split(' '),
);
/** With these in the second place a name is a field's, though it ends as a host's does: `dns.flags.tc`. */
const FIELD_GROUPS: ReadonlySet<string> = new Set([
  'col',
  'flags',
  'qry',
  'resp',
  'handshake',
  'options',
  'opt',
  'record',
]);
/** The same for names of two parts: `ip.id`. */
const FIELD_ENDS: ReadonlySet<string> = new Set(['id', 'ns', 'to']);

/**
 * Refuses a word that was meant as a field of a display filter, `http.request`, and is none: to search for it would
 * find nothing, and look like an answer. It is meant so when it begins with a protocol, or with a slip of one before the
 * rest of a known name, and does not end as the name of a host, a unit or a file does: `dns.google`, `ssh.service`.
 * `known` are the names that could have been meant. Throws Failure 64.
 */
export function refuseDottedName(source: string, word: Literal, type: string, known: Iterable<string>): void {
  const lower = word.text.toLowerCase();
  if (!NAME.test(lower) || endsAsOther(lower)) return;
  const dotted = [...known].filter((name) => name.includes('.'));
  const root = rootOf(lower);
  const isRoot = PROTOCOL_NAMES.has(root) || OTHER_ROOTS.has(root);
  const near = isRoot ? nearest(lower, root, dotted) : withRootMended(lower, root, dotted);
  if (!isRoot && near === null) return;
  const search = `to search for the text: contains ${quoted(word.text)}`;
  const hint = near === null ? search : `did you mean ${near}? ${search}`;
  throw sourceError(source, word, `unknown field ${quoted(word.text)} in the ${type} filter`, hint);
}

function endsAsOther(name: string): boolean {
  const parts = name.split('.');
  const end = parts.at(-1)!;
  if (FIELD_GROUPS.has(parts[1]!) || (parts.length === 2 && FIELD_ENDS.has(end))) return false;
  return OTHER_ENDS.has(end) || /^[a-z]{2}$/.test(end);
}

/** A name of the same protocol, or of the one that has this older name; else the protocol itself. */
function nearest(name: string, root: string, known: readonly string[]): string | null {
  const renamed = `${OTHER_ROOTS.get(root)}${name.slice(root.length)}`;
  if (known.includes(renamed)) return renamed;
  const near = suggest(
    name,
    known.filter((one) => rootOf(one) === root),
  );
  return near ?? (PROTOCOL_NAMES.has(root) ? root : (OTHER_ROOTS.get(root) ?? null));
}

/** `tpc.port` is a slip of `tcp.port`. */
function withRootMended(name: string, root: string, known: readonly string[]): string | null {
  const rest = name.slice(root.length);
  const roots = known.filter((one) => one.slice(rootOf(one).length) === rest).map(rootOf);
  const near = suggest(root, roots);
  return near === null ? null : near + rest;
}

function rootOf(name: string): string {
  return name.slice(0, name.indexOf('.'));
}
