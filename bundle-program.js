import { createHash } from 'node:crypto';
import path from 'node:path';
import vm from 'node:vm';
import { build, transform } from 'esbuild';

/** Files that `netwatch conns` imports while it runs: they are in the script that every start loads. */
const AT_START = ['src/commands/listing/place-fields.ts', 'src/platform/place/place-files.ts'];

/**
 * What reads packets. The chunks that each of them needs are a second script: 600 kB, of which a start with V8's code takes a
 * quarter of the time.
 */
const READ_PACKETS = [
  'src/commands/capture/write-capture.ts',
  'src/commands/capture/capture-packets.ts',
  'src/commands/follow/follow-streams.ts',
  'src/commands/stats/count-packets.ts',
];

/** How chunks become scripts. */
const SCRIPT = { platform: 'node', target: 'node20', format: 'cjs', minifyWhitespace: true, logLevel: 'silent' };

/** What stays an ES module asks the program that runs for the chunks that are scripts. */
const MODULE_BANNER = `import { createRequire as $createRequire } from 'node:module';
const require = $createRequire(import.meta.url);
const $chunk = require('./main.cjs').chunk;
const $url = import.meta.url;`;

/** What begins the file that `bin/netwatch.js` requires. */
const START_BANNER = `const $url = require('node:url').pathToFileURL(__filename).href;
const $node = (name) => ({ __proto__: require(name), default: require(name) });
const $later = (name) => new Proxy({}, { get: (_, key) => (key === 'default' ? require(name) : require(name)[key]) });`;

/** Modules of node that take 0.5 to 3 ms each to load: a start loads them when something of them is used. */
const LATER = 'crypto|net|stream|timers/promises|tty|v8|vm|worker_threads|zlib';

/** A script is a function of what is given to it, by `src/platform/program/chunks.ts`. */
const HEAD = '(function(exports,require,module,$import,$node,$later,$url){"use strict";';
const FOOT = '\n})';

/**
 * Bundles `start`, and the program that it loads, which begins with `entry`: their files as `{ name, contents }`, in an
 * order in which they can be written while netwatch is started. esbuild parts the program into chunks. Those that a start
 * needs become one script, and those that read packets another, whose code V8 can keep; each of the others is a script that is
 * loaded when it is wanted. They are CommonJS, as node takes no kept code for an ES module, and begin with `preamble`. `src/platform/program/chunks.ts`
 * loads them, and gives them what begins with a `$`.
 */
export async function bundleProgram({ bundling, start, entry, outdir, preamble }) {
  const chunks = await partProgram(bundling, entry, outdir);
  const isStart = ({ source }) => source === entry || AT_START.includes(source);
  const starting = reach(chunks, [...chunks.values()].filter(isStart));
  const main = [...starting].find((one) => one.source === entry);
  const packets = new Set(neededByEach(chunks, READ_PACKETS).filter((one) => !starting.has(one)));
  const later = [...chunks.values()].filter((one) => !starting.has(one) && !packets.has(one));
  const scripts = new Map();
  for (const one of later) scripts.set(one, await toScript(one, preamble));
  const modules = importersOf(
    chunks,
    later.filter((one) => scripts.get(one) === null),
  );
  if ([...modules].some((one) => starting.has(one) || packets.has(one)))
    throw new Error('a start would wait for a top-level await');

  const scriptOf = (text) => readable(nodeByName(`${HEAD}${importLater(text, modules)}${FOOT}`));
  const joined = async (name, group) =>
    namedByContent(name, asAscii(scriptOf(loadLater(await joinChunks(group, chunks, outdir, preamble)))));
  const program = await joined('program', starting);
  const reader = await joined('packets', packets);
  const first = await bundleStart(bundling, start, {
    script: program.name,
    main: `./${main.name}`,
    packets: { script: reader.name, chunks: [...packets].map(({ name }) => name) },
  });
  return [
    ...later
      .filter((one) => !modules.has(one))
      .map((one) => ({ name: one.name, contents: scriptOf(scripts.get(one)) })),
    ...(await bundleModules(modules, chunks, outdir, preamble)),
    reader,
    program,
    { name: 'main.cjs', contents: nodeByName(loadLater(first)) },
  ];
}

const namedByContent = (name, contents) => ({
  name: `${name}-${createHash('sha256').update(contents).digest('hex').slice(0, 16)}.cjs`,
  contents,
});

/** What `bin/netwatch.js` requires: it loads `program`, by the names of its scripts and of the chunk that exports `main`. */
async function bundleStart(bundling, start, program) {
  const { outputFiles } = await build({
    ...bundling,
    splitting: false,
    format: 'cjs',
    minifyWhitespace: true,
    // lines, as node shows that of an error which nobody caught
    lineLimit: 120,
    entryPoints: [start],
    // the head start knows how to run a command, and runs none
    external: [...bundling.external, 'execa'],
    banner: { js: START_BANNER },
    define: { ...bundling.define, 'import.meta.url': '$url', $PROGRAM: JSON.stringify(program) },
    write: false,
  });
  return outputFiles[0].text;
}

/**
 * The chunks of the program by the names of their files: `{ name, text, source, imports, exports }`. `source` is the
 * file that begins a chunk, where one is imported while the program runs; `imports` are names of chunks that are loaded
 * before it.
 */
async function partProgram(bundling, entry, outdir) {
  const { outputFiles, metafile } = await build({
    ...bundling,
    entryPoints: { main: entry },
    outdir,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    outExtension: { '.js': '.cjs' },
    banner: {},
    define: { ...bundling.define, 'import.meta.url': '$url' },
    metafile: true,
    write: false,
  });
  const texts = new Map(outputFiles.map((file) => [path.basename(file.path), file.text]));
  const chunks = new Map();
  for (const [file, { imports, entryPoint, exports }] of Object.entries(metafile.outputs)) {
    const before = imports.filter((one) => one.kind === 'import-statement').map((one) => path.basename(one.path));
    const name = path.basename(file);
    chunks.set(name, {
      name,
      text: texts.get(name),
      source: entryPoint,
      imports: before.filter((one) => texts.has(one)),
      exports: exportsOf(texts.get(name), exports),
    });
  }
  return chunks;
}

/** Exports of a chunk: `{ name, changes }`, in which `changes` says that its variable is assigned again. */
function exportsOf(text, names) {
  const [, list = ''] = /^export \{([^}]*)\};$/m.exec(text) ?? [];
  const variables = new Map();
  for (const one of list.split(',')) {
    const [variable, name = variable] = one.trim().split(' as ');
    variables.set(name, variable.replaceAll('$', '\\$'));
  }
  const isAssigned = (variable) =>
    new RegExp(
      `(?<!(?:var|let|const) |[\\w$.])${variable} (?:=|[^\\w\\s=!<>]+=) |(?:\\+\\+|--)${variable}(?![\\w$])|(?<![\\w$.])${variable}(?:\\+\\+|--)`,
    ).test(text);
  // what is not in the list is `export default` of a value
  return names.map((name) => ({ name, changes: variables.has(name) && isAssigned(variables.get(name)) }));
}

/**
 * An object with what `from` exports. V8 knows a constant property of an object that was written down, and calls a function
 * in it as fast as one next to it; with the getters that esbuild makes, `capture` takes a fifth longer.
 */
function literalOf(exports, from) {
  const properties = exports.map(({ name, changes }) => {
    // a name may be a text: packages of CommonJS have "module.exports"
    const key = JSON.stringify(name);
    return changes ? `get ${key}() { return ${from}[${key}]; }` : `${key}: ${from}[${key}]`;
  });
  return `{ ${['__esModule: true', ...properties].join(', ')} }`;
}

/** Some chunks, and all that are loaded before them. */
function reach(chunks, some) {
  const reached = new Set(some);
  for (const { imports } of reached) for (const name of imports) reached.add(chunks.get(name));
  return reached;
}

/** The chunks that are loaded before any of these files, whichever it is; none of a program that has none of them. */
function neededByEach(chunks, sources) {
  const begun = sources.map((source) => [...chunks.values()].filter((one) => one.source === source));
  if (begun.every((some) => some.length === 0)) return [];
  const missing = sources.filter((_, index) => begun[index].length === 0);
  if (missing.length > 0) throw new Error(`no chunk begins with ${missing.join(', ')}`);
  const [first, ...others] = begun.map((some) => reach(chunks, some));
  return [...first].filter((one) => others.every((other) => other.has(one)));
}

/** Some chunks, and all before which one of them is loaded. */
function importersOf(chunks, some) {
  const found = new Set(some);
  for (const one of found) for (const other of chunks.values()) if (other.imports.includes(one.name)) found.add(other);
  return found;
}

/** A chunk as a script; null where it awaits something before it is ready, as the layout of Ink does: no script can. */
async function toScript({ text, exports }, preamble) {
  try {
    const { code } = await transform(text, { ...SCRIPT, banner: preamble });
    return `${code}const $exports=module.exports;module.exports=${literalOf(exports, '$exports')};`;
  } catch (error) {
    if (error.errors?.every((one) => one.text.startsWith('Top-level await'))) return null;
    throw error;
  }
}

/** One script of chunks, in one scope. It exports functions that give what each chunk exports, under the name of the chunk. */
async function joinChunks(group, chunks, outdir, preamble) {
  const all = [...group].flatMap(({ name, exports }, i) => [
    `import * as chunk${i} from './${name}';`,
    `const give${i} = () => (${literalOf(exports, `chunk${i}`)});`,
    `export { give${i} as ${JSON.stringify(name)} };`,
  ]);
  const joined = (kind, chunk) => (kind === 'import-statement' && group.has(chunk) ? 'text' : 'outside');
  const { outputFiles } = await build({
    ...SCRIPT,
    bundle: true,
    stdin: { contents: all.join('\n'), resolveDir: outdir },
    outfile: path.join(outdir, 'joined.cjs'),
    banner: { js: preamble },
    plugins: [fromChunks(chunks, joined)],
    write: false,
  });
  return outputFiles[0].text;
}

/** ES modules, as files of the names that they have among chunks. */
async function bundleModules(modules, chunks, outdir, preamble) {
  const wanted = [...modules].filter(({ source }) => source !== undefined);
  const { outputFiles } = await build({
    ...SCRIPT,
    format: 'esm',
    bundle: true,
    splitting: true,
    entryPoints: wanted.map(({ name }) => ({ in: `./${name}`, out: path.parse(name).name })),
    outdir,
    chunkNames: 'chunk-[hash]',
    outExtension: { '.js': '.mjs' },
    banner: { js: `${MODULE_BANNER}\n${preamble}` },
    plugins: [fromChunks(chunks, (_kind, chunk) => (modules.has(chunk) ? 'text' : 'asked'))],
    write: false,
  });
  return outputFiles.map((file) => ({ name: path.basename(file.path), contents: file.text }));
}

/** Reads imports of chunks: the `text` of a chunk, what the running program answers when it is `asked`, or nothing here. */
function fromChunks(chunks, place) {
  return {
    name: 'from-chunks',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /./ }, ({ path: name, kind }) => {
        const chunk = chunks.get(path.basename(name));
        const where = name.startsWith('./') && chunk !== undefined ? place(kind, chunk) : 'outside';
        return where === 'outside' ? { path: name, external: true } : { path: chunk.name, namespace: where };
      });
      onLoad({ filter: /./, namespace: 'text' }, ({ path: name }) => ({
        contents: chunks.get(name).text,
        loader: 'js',
      }));
      onLoad({ filter: /./, namespace: 'asked' }, ({ path: name }) => ({
        contents: `module.exports = $chunk('./${name}');`,
      }));
    },
  };
}

/** The same script; throws a SyntaxError for one that could not be loaded. */
function readable(code) {
  new vm.Script(code);
  return code;
}

/** Hands to `$import` what a script imports later. */
function importLater(code, modules) {
  const known = new Set([...modules].map(({ name }) => `./${name}`));
  return code.replaceAll(/\bimport\("((?:\.\/|node:)[\w./-]+)"\)/g, (_, name) =>
    known.has(name) ? `$import("${name.replace('.cjs', '.mjs')}")` : `$import("${name}")`,
  );
}

/** Hands to `$node` what a script requires of node: esbuild would copy all of fs for each of 23 chunks, which took 8 ms of each start. */
function nodeByName(code) {
  return code.replaceAll(/\b__toESM\(require\("((?:node:)?[a-z/_]+)"\)(?:,1)?\)/g, '$node("$1")');
}

/** Hands to `$later` what need not be there when a start begins. */
function loadLater(code) {
  return code
    .replaceAll(new RegExp(`\\b__toESM\\(require\\("(node:(?:${LATER}))"\\)(?:,1)?\\)`, 'g'), '$later("$1")')
    .replaceAll(new RegExp(`\\brequire\\("(node:(?:${LATER}))"\\)`, 'g'), '$later("$1")');
}

/** The same text in ASCII, which takes a byte a character in memory, and is read as it is. */
function asAscii(code) {
  if (/\\[^\x00-\x7f]|String\.raw`[^`]*[^`\x00-\x7f]/.test(code))
    throw new Error('a start has text that cannot be escaped');
  return code.replaceAll(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
