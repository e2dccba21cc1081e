import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { circlesOf, type Graph } from './support/circles.ts';

const ROOT = path.resolve(import.meta.dirname, '..');

/** What the files that match `files` may not import (a path from the root, or a package) or contain in their code. */
const RULES: readonly {
  readonly rule: string;
  readonly files: RegExp;
  readonly imports?: RegExp;
  readonly code?: RegExp;
}[] = [
  { rule: 'core imports neither commands nor platform', files: /^src\/core\//, imports: /^src\/(commands|platform)\// },
  { rule: 'platform does not import commands', files: /^src\/platform\//, imports: /^src\/commands\// },
  {
    rule: 'wire imports wire and the text of addresses',
    files: /^src\/core\/wire\//,
    imports: /^(?!src\/core\/(wire|net)\/|node:crypto$)/,
  },
  {
    rule: 'core opens no file, process, socket or clock',
    files: /^src\/core\//,
    imports:
      /^node:(child_process|cluster|dgram|dns|fs|http|https|http2|net|os|process|timers|tls|worker_threads)(\/|$)/,
    code: /\bconsole\.|\bDate\.now\(|\bnew Date\(\)|\bperformance\.now\(|\bprocess\.(argv|cwd|env|exit|hrtime|kill|nextTick|on|once|std\w+|uptime)\b|\bset(Timeout|Interval)\(/,
  },
  {
    rule: 'one file reads clocks and sets timers: all others are handed one',
    files: /^src\/(?!platform\/machine\/real-clock\.ts$)/,
    code: /\bDate\.now\b|\bnew Date\(\)|\bperformance\.(now|timeOrigin)\b|\bprocess\.(hrtime|uptime)\b|\bos\.uptime\b|\bset(Timeout|Interval)\b|\bAbortSignal\.timeout\b/,
  },
  {
    rule: 'one file asks which system this is',
    files: /^src\/(?!platform\/system\/open-system\.ts$)/,
    code: /\bprocess\.platform\b/,
  },
  { rule: 'an import names its file', files: /./, imports: /^src\/.*(?<!\.tsx?)$/ },
];

test.each(RULES)('$rule', ({ files, imports, code }) => {
  const broken = sources().flatMap((source) => {
    if (!files.test(source.file)) return [];
    const imported = source.imports.filter((one) => imports?.test(one)).map((one) => `${source.file} imports ${one}`);
    const written = code === undefined ? [] : source.code.split('\n').filter((line) => code.test(line));
    return [...imported, ...written.map((line) => `${source.file}: ${line.trim()}`)];
  });
  expect(broken).toEqual([]);
});

/** The rooms below the commands, from the ground up. */
const BASEMENT = ['context', 'options', 'listing', 'reading', 'packets'] as const;

/**
 * What each room may import beside itself, as ARCHITECTURE.md has it: rooms of its own part, and `.` for the files that
 * are in none. Every room is here.
 */
const ARROWS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'src/commands': {
    context: [],
    options: [],
    listing: ['context', 'options'],
    arguments: ['context', 'options', 'listing'],
    reading: ['context', 'options', 'listing'],
    packets: ['context', 'options', 'listing', 'reading'],
    docs: ['options', 'listing', 'arguments'],
    about: [...BASEMENT, 'arguments', 'docs'],
    api: [...BASEMENT, 'capture', 'conns', 'follow', 'ifaces', 'probe', 'stats'],
    capture: BASEMENT,
    conns: BASEMENT,
    export: [...BASEMENT, 'capture', 'conns', 'follow', 'ifaces'],
    follow: BASEMENT,
    insights: BASEMENT,
    ifaces: BASEMENT,
    probe: BASEMENT,
    stats: BASEMENT,
    watch: [...BASEMENT, 'insights', 'whois'],
    whois: BASEMENT,
  },
  'src/core': {
    net: [],
    wire: ['net'],
    record: ['.', 'net'],
    output: ['.', 'net', 'record'],
    html: ['net', 'output', 'record'],
    screen: ['output', 'record'],
    filter: ['.', 'net', 'record'],
    capture: ['.', 'net', 'wire'],
    keylog: ['wire'],
    socket: ['.', 'net', 'output', 'record'],
    network: ['.', 'record'],
    trace: ['record', 'socket'],
    system: ['.', 'capture', 'network', 'record', 'socket', 'trace'],
    delivery: ['.', 'output', 'system'],
    place: ['.', 'net', 'record'],
    redact: ['capture', 'net', 'record', 'wire'],
    packet: ['.', 'capture', 'filter', 'keylog', 'net', 'output', 'record', 'redact', 'wire'],
    stats: ['.', 'capture', 'net', 'output', 'packet', 'record', 'wire'],
    insight: ['.', 'capture', 'net', 'output', 'record', 'stats', 'wire'],
    snapshot: ['.', 'net', 'record'],
    stream: ['capture', 'output', 'packet', 'record', 'stats', 'wire'],
    connection: ['.', 'capture', 'packet', 'record', 'socket', 'stream', 'trace', 'wire'],
    health: ['.', 'filter', 'net', 'output', 'record', 'system', 'wire'],
    sample: [
      '.',
      ...[
        'capture',
        'connection',
        'health',
        'insight',
        'network',
        'output',
        'packet',
        'record',
        'socket',
        'stats',
        'system',
        'trace',
        'wire',
      ],
    ],
    '.': [],
  },
  'src/platform': {
    machine: [],
    listener: [],
    linux: ['machine'],
    macos: ['machine'],
    system: ['linux', 'machine', 'macos'],
    files: ['linux'],
    probe: ['files', 'machine'],
    model: ['probe'],
    place: ['files', 'probe'],
    sink: ['files', 'probe'],
    sensor: ['linux', 'machine'],
    privileged: ['files', 'linux', 'machine', 'system'],
    entries: ['privileged', 'sensor'],
    '.': ['linux', 'machine', 'privileged', 'sensor', 'system'],
    program: ['.', 'linux'],
  },
};

/** A room that may import all others of its part: it puts them together. */
const ROOF = 'src/commands/program';

test.each(Object.entries(ARROWS))('rooms of %s import those below them', (part, rooms) => {
  expect(upwardImports(part, rooms, sources())).toEqual([]);
});

// a command may import any room of the basement: which ones it does is of no concern
test.each(['src/core', 'src/platform'])(
  'an arrow between rooms of %s that nothing draws is not in the list',
  (part) => {
    const drawn = new Set(
      sources().flatMap(({ file, imports }) => imports.map((one) => `${nameIn(part, file)} → ${nameIn(part, one)}`)),
    );
    const allowed = Object.entries(ARROWS[part]!).flatMap(([room, others]) =>
      others.map((other) => `${room} → ${other}`),
    );
    expect(allowed.filter((arrow) => !drawn.has(arrow))).toEqual([]);
  },
);

test('an import upwards is told, and a room that is not listed', () => {
  const files = [
    { file: 'src/core/net/a.ts', code: '', imports: ['src/core/net/b.ts', 'src/core/wire/app/c.ts', 'node:net'] },
    { file: 'src/core/wire/app/c.ts', code: '', imports: ['src/core/net/a.ts', 'src/core/failure.ts'] },
    { file: 'src/core/new/d.ts', code: '', imports: [] },
    { file: 'src/commands/program/e.ts', code: '', imports: ['src/commands/conns/f.ts'] },
    { file: 'src/commands/conns/f.ts', code: '', imports: ['src/commands/stats/g.ts', 'src/core/net/a.ts'] },
  ];
  expect(upwardImports('src/core', { net: [], wire: ['net'] }, files)).toEqual([
    'src/core/net/a.ts imports src/core/wire/app/c.ts: net may import no other room',
    'src/core/wire/app/c.ts imports src/core/failure.ts: wire may import net',
    'src/core/new is not in ARROWS: say there what it may import',
  ]);
  expect(upwardImports('src/commands', { conns: ['context', 'options'] }, files)).toEqual([
    'src/commands/conns/f.ts imports src/commands/stats/g.ts: conns may import context, options',
  ]);
});

function upwardImports(
  part: string,
  rooms: Readonly<Record<string, readonly string[]>>,
  files: readonly Source[],
): string[] {
  return files.flatMap(({ file, imports }) => {
    if (!file.startsWith(`${part}/`) || roomOf(file) === ROOF) return [];
    const room = nameIn(part, file);
    const allowed = rooms[room];
    if (allowed === undefined) return [`${part}/${room} is not in ARROWS: say there what it may import`];
    return imports
      .filter((one) => one.startsWith(`${part}/`))
      .filter((one) => nameIn(part, one) !== room && !allowed.includes(nameIn(part, one)))
      .map((one) => `${file} imports ${one}: ${room} may import ${allowed.join(', ') || 'no other room'}`);
  });
}

/** The room of a file in a part, as ARROWS calls it. */
function nameIn(part: string, file: string): string {
  const room = roomOf(file);
  return room === part ? '.' : room.slice(part.length + 1);
}

test('no file imports itself by way of others, types included', () => {
  expect(circlesOf(graphOf(sources(), (file) => file)).map(arrows)).toEqual([]);
});

test('no room imports itself by way of others', () => {
  expect(circlesOf(graphOf(sources(), roomOf)).map(arrows)).toEqual([]);
});

test('circles are found, each by its shortest way, and told as arrows', () => {
  const graph = new Map([
    ['a', ['b', 'd']],
    ['b', ['c', 'd']],
    ['c', ['a', 'b']],
    ['d', []],
    ['e', ['e', 'gone']],
    ['f', ['a']],
  ]);
  expect(circlesOf(graph).map(arrows)).toEqual(['a → b → c → a', 'e → e']);
  expect(circlesOf(new Map([...graph].filter(([node]) => node !== 'b' && node !== 'e')))).toEqual([]);
});

test('rooms of files, and what imports between them', () => {
  const files = [
    { file: 'src/core/a.ts', code: '', imports: ['src/core/wire/app/b.ts', 'node:fs', 'package.json'] },
    { file: 'src/core/wire/app/b.ts', code: '', imports: ['src/core/wire/c.ts'] },
    { file: 'src/core/wire/c.ts', code: '', imports: ['src/core/a.ts', 'src/core/wire/app/b.ts'] },
  ];
  expect(circlesOf(graphOf(files, roomOf)).map(arrows)).toEqual(['src/core → src/core/wire → src/core']);
  expect(circlesOf(graphOf(files, (file) => file)).map(arrows)).toEqual([
    'src/core/a.ts → src/core/wire/app/b.ts → src/core/wire/c.ts → src/core/a.ts',
  ]);
});

function arrows(circle: readonly string[]): string {
  return circle.join(' → ');
}

/** `src/X/Y` for a file in it, at any depth; `src/X` for one that stands there itself. */
function roomOf(file: string): string {
  return path.posix.dirname(file).split('/').slice(0, 3).join('/');
}

/** Which groups of files import which others; a group does not import itself by files that lie in it. */
function graphOf(files: readonly Source[], groupOf: (file: string) => string): Graph {
  const known = new Set(files.map(({ file }) => file));
  const graph = new Map<string, Set<string>>();
  for (const { file, imports } of files) {
    const from = groupOf(file);
    const to = graph.get(from) ?? new Set();
    graph.set(from, to);
    for (const one of imports) if (known.has(one) && groupOf(one) !== from) to.add(groupOf(one));
  }
  return graph;
}

test('every import is seen', () => {
  const text = `import a from './a.ts';\nimport type { B } from '../core/b.ts';\nawait import('./c.tsx');\ncreateRequire(import.meta.url)('koffi');\n// from './comment.ts'`;
  expect(importsOf('src/commands/x.ts', codeOf(text))).toEqual([
    'src/commands/a.ts',
    'src/core/b.ts',
    'src/commands/c.tsx',
    'koffi',
  ]);
});

interface Source {
  readonly file: string;
  readonly code: string;
  readonly imports: readonly string[];
}

function sources(): Source[] {
  const names = fs.readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => {
      const file = path.posix.join('src', name);
      const code = codeOf(fs.readFileSync(path.join(ROOT, file), 'utf8'));
      return { file, code, imports: importsOf(file, code) };
    });
}

/** The text without its comments. */
function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}

/** What a file imports or requires: a path from the root for a relative name, else the name. */
function importsOf(file: string, code: string): string[] {
  const names = [...code.matchAll(/\b(?:from|import|require|createRequire\([^)]*\))\s*\(?\s*'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
  return names.map((name) => (name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : name));
}
