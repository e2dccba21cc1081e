import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { pageOf } from '../src/commands/listing/command.ts';
import { COMMANDS } from '../src/commands/program/registry.ts';
import { DISPLAY_FIELDS } from '../src/core/packet/display-fields.ts';
import { conn } from '../src/core/record/tables/conn.ts';
import { ALL_PROTOCOLS } from '../src/core/wire/all-protocols.ts';
import { EXPERTS } from '../src/core/wire/expert.ts';

/** Code and lists that are made from a table or a registry. `npm run docs` writes them; this test says when they were not. */
const GENERATED: Readonly<Record<string, () => string>> = {
  'src/core/socket/socket-row.ts': socketRowCode,
  'src/core/record/tables/display-fields.ts': displayFieldsCode,
  'src/core/filter/dissected-protocols.ts': dissectedProtocolsCode,
  'package.json': packageWithManPages,
};
const root = path.join(import.meta.dirname, '..');
const readText = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');

test.each(Object.entries(GENERATED))('%s is what it is made from (npm run docs writes it)', (file, make) => {
  const text = make();
  if (process.env.NETWATCH_WRITE_DOCS === '1') fs.writeFileSync(path.join(root, file), text);
  expect(readText(file)).toBe(text);
});

test('package.json lists every man page that there is', () => {
  const { man } = JSON.parse(readText('package.json')) as { readonly man: readonly string[] };
  const pages = fs.readdirSync(path.join(root, 'man')).filter((name) => name !== 'pictures');
  expect([...man].sort()).toEqual(pages.map((page) => `./man/${page}`).sort());
});

/** The literal of a row: fields of the socket are copied, and those of the engine are parameters where they are never null. */
function socketRowCode(): string {
  const fields = Object.entries(conn.fields);
  const parameters = fields.filter(([, { by, nullable }]) => by !== null && !nullable).map(([name]) => name);
  const entryOf = (name: string, by: string | null): string =>
    by === null ? `${name}: socket.${name}` : `${name}: null`;
  return `// Made by \`npm run docs\` from the table of \`conn\`: do not edit.
import type { ConnRow } from '../record/tables/conn.ts';
import type { Socket } from './socket.ts';

/**
 * The \`conn\` record of a socket before the engine adds to it. A literal, so that all rows have one hidden class and are
 * made in one step: a loop over the fields takes a third longer.
 */
export function socketRow(
  socket: Socket,
${parameters.map((name) => `  ${name}: ConnRow['${name}'],\n`).join('')}): ConnRow {
  return {
${fields.map(([name, { by }]) => `    ${parameters.includes(name) ? name : entryOf(name, by)},\n`).join('')}  };
}
`;
}

function dissectedProtocolsCode(): string {
  return `// Made by \`npm run docs\` from the lists of all protocols and experts: do not edit.

/**
 * The names of all protocols that are dissected. They stand apart, because a filter over sockets knows them, too, and
 * loading all that dissects would take longer than the snapshot.
 */
export const DISSECTED_PROTOCOLS: readonly string[] = [
${ALL_PROTOCOLS.map(({ name }) => `  '${name}',\n`).join('')}];

/** The ids of everything that is worth a look in a packet. */
export const EXPERT_IDS: ReadonlySet<string> = new Set([
${EXPERTS.map(({ id }) => `  '${id}',\n`).join('')}]);
`;
}

/** How each field is read is written where packets are; its kind and what it means are needed without them. */
function displayFieldsCode(): string {
  const fields = [...DISPLAY_FIELDS].map(([name, { field }]) => ({ name, field }));
  const kinds = [...new Set(fields.map(({ field }) => field.kind)), 'many', 'maybe', 'type Field'];
  const nameOf = (word: string): string => word.replace(/^type /, '').toLowerCase();
  const imports = kinds.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
  const key = (name: string): string => (/^\w+$/.test(name) ? name : `'${name}'`);
  return `// Made by \`npm run docs\` from the fields of display filters: do not edit.
import { ${imports.join(', ')} } from '../field.ts';

/** The fields of display filters by Wireshark's names, without how they are read: most of the program only lists them. */
export const DISPLAY_FIELDS: Readonly<Record<string, Field>> = {
${fields.map(({ name, field }) => `  ${key(name)}: ${field.many ? 'many' : 'maybe'}(${field.kind}(${quote(field.doc)})),\n`).join('')}};
`;
}

const quote = (doc: string): string => (doc.includes("'") ? `"${doc}"` : `'${doc}'`);

/** npm installs the man pages that are listed, and those alone: \`directories.man\` it reads only when it publishes. */
function packageWithManPages(): string {
  const manifest = JSON.parse(readText('package.json')) as Record<string, unknown>;
  const pages = ['netwatch', ...COMMANDS.map(pageOf).sort()];
  return `${JSON.stringify({ ...manifest, man: pages.map((name) => `./man/${name}.1`) }, null, 2)}\n`;
}
