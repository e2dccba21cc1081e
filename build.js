import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const ROOT = import.meta.dirname;
const DIST = path.join(ROOT, 'dist');

const ENTRIES = {
  api: 'src/commands/api/index.ts',
  'proc-pid-fd-worker': 'src/platform/linux/proc-pid-fd-worker.ts',
  sensor: 'src/platform/entries/sensor.ts',
  'socket-reader': 'src/platform/entries/socket-reader.ts',
  'file-writer': 'src/platform/entries/file-writer.ts',
};
/** What `bin/netwatch.js` requires, and the program that it loads. */
const START = 'src/platform/program/start.ts';
const PROGRAM = 'src/commands/program/main.ts';

/** Native addons cannot be bundled; Ink asks for the devtools of React only where DEV is set. */
const EXTERNAL = ['koffi', 'pcap', 'react-devtools-core'];

/** What is decided when the program is built. */
const DEFINE = {
  'Intl.Segmenter': '$Segmenter',
  // React's development build paints a frame in twice the time, and keeps 22 kB of each
  'process.env.NODE_ENV': '"production"',
  'process.env.DEV': '"false"',
};

/** ink-table requires ink, an ES module that cannot be required: it gets an object that the screen fills before it is used. */
const INK_FOR_TABLE = {
  name: 'ink-for-table',
  setup({ onResolve }) {
    onResolve({ filter: /^ink$/ }, ({ importer }) =>
      importer.includes(`${path.sep}ink-table${path.sep}`)
        ? { path: path.join(ROOT, 'src/commands/watch/ink-for-table.ts') }
        : undefined,
    );
  },
};

/** string-width makes a segmenter while it loads, which takes 8 ms of a start that seldom needs it: it is made at its first use. */
const SEGMENTER = `class $Segmenter {
  constructor(...args) { this.args = args; }
  segment(text) { return (this.segmenter ??= new Intl.Segmenter(...this.args)).segment(text); }
}`;

/** Every ES module begins with this: what bundled CommonJS expects, too. */
const BANNER = `import { createRequire as $createRequire } from 'node:module';
const require = $createRequire(import.meta.url);
${SEGMENTER}`;

/** How every output is bundled. */
export const BUNDLING = {
  absWorkingDir: ROOT,
  bundle: true,
  // what is loaded later, or never, has files of its own
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  jsx: 'automatic',
  external: EXTERNAL,
  plugins: [INK_FOR_TABLE],
  define: DEFINE,
  // libraries print what a server said, as it is, between our records
  drop: ['console'],
  banner: { js: BANNER },
  logLevel: 'warning',
};

/** The folder in dist/ of the declarations of the JavaScript API. */
const TYPES = 'types';

/** True when dist/ was built from the source that is here now. */
export function distIsCurrent() {
  return readRecord().source === hashSource();
}

/**
 * Bundles src/ into dist/. Chunks are named by content and written before the entries that import them, each by one
 * rename, and those of the build before stay: a netwatch that starts or runs meanwhile finds the whole old program or
 * the whole new one. esbuild prints its errors on stderr and rejects.
 */
export async function build() {
  const source = hashSource();
  const { build: bundle } = await import('esbuild');
  const { bundleProgram } = await import('./bundle-program.js');
  const program = await bundleProgram({
    bundling: BUNDLING,
    start: START,
    entry: PROGRAM,
    outdir: DIST,
    preamble: SEGMENTER,
  });
  // a bundle each: what two entries share would become many small files, and every file read at a start takes 0.5 ms
  const bundles = await Promise.all([
    ...Object.entries(ENTRIES).map(([name, file]) =>
      bundle({
        ...BUNDLING,
        entryPoints: { [name]: file },
        outdir: DIST,
        entryNames: '[name]',
        chunkNames: '[name]-[hash]',
        write: false,
        minifyWhitespace: true,
      }),
    ),
  ]);
  const outputFiles = bundles.flatMap((one) => one.outputFiles);
  const others = outputFiles.map((file) => ({ name: path.basename(file.path), contents: file.contents }));
  const isEntry = ({ name }) => path.parse(name).name in ENTRIES;
  const outputs = [...others.filter((one) => !isEntry(one)), ...others.filter(isEntry), ...program];

  fs.mkdirSync(DIST, { recursive: true });
  for (const { name, contents } of outputs) replace(name, contents);

  const files = outputs.map(({ name }) => name);
  const kept = new Set([...files, ...readRecord().files, 'build.json', TYPES]);
  replace('build.json', JSON.stringify({ source, files }));
  // code that was kept is named after its script, and the version of node
  const isKept = (name) => kept.has(name) || kept.has(name.replace(/-v[\d.]+-\w+\.code$/, '.cjs'));
  for (const name of fs.readdirSync(DIST)) if (!isKept(name)) fs.rmSync(path.join(DIST, name), { force: true });
  await keepCode();
}

/** Whether V8's code of the program that was built is kept for the node that runs. */
export function codeIsKept() {
  return createRequire(import.meta.url)('./dist/main.cjs').isCodeKept();
}

/** Keeps it, in a process that runs what is run most often. Without it each start takes longer, and that is all. */
export async function keepCode() {
  const child = spawn(process.execPath, ['-e', KEEP_CODE, BUILT], { stdio: 'ignore', timeout: 30_000 });
  await new Promise((resolve) => child.on('error', resolve).on('close', resolve));
}

const BUILT = path.join(DIST, 'main.cjs');
const KEEP_CODE = 'require(process.argv[1]).keepCode().then(() => process.exit())';

function replace(name, contents) {
  const temporary = path.join(DIST, `${name}.${process.pid}`);
  fs.writeFileSync(temporary, contents);
  fs.renameSync(temporary, path.join(DIST, name));
}

/** What the last build read and wrote. */
function readRecord() {
  try {
    return JSON.parse(fs.readFileSync(path.join(DIST, 'build.json'), 'utf8'));
  } catch {
    return { source: null, files: [] };
  }
}

function hashSource() {
  const folder = fs.readdirSync(path.join(ROOT, 'src'), { recursive: true, withFileTypes: true });
  const source = folder.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  const others = ['build.js', 'bundle-program.js', 'package.json', 'package-lock.json'].map((name) =>
    path.join(ROOT, name),
  );
  const hash = createHash('sha256');
  for (const file of [...source.sort(), ...others])
    hash.update(`${path.relative(ROOT, file)}\0`).update(fs.readFileSync(file));
  return hash.digest('hex');
}

/** Writes the declarations of the JavaScript API, and of what they mention, for a package that is packed. */
async function writeTypes() {
  const { execFileSync } = await import('node:child_process');
  const config = path.join(DIST, 'tsconfig.json');
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: '../src',
    outDir: TYPES,
  };
  const project = { extends: '../tsconfig.json', compilerOptions, include: [], files: [`../${ENTRIES.api}`] };
  fs.writeFileSync(config, JSON.stringify(project));
  try {
    execFileSync(path.join(ROOT, 'node_modules/.bin/tsc'), ['-p', config], { stdio: 'inherit' });
  } finally {
    fs.rmSync(config);
  }
  keepReachable(path.join(DIST, TYPES), ENTRIES.api.replace(/^src\//, '').replace(/\.ts$/, '.d.ts'));
}

/** Removes the declarations that `entry` does not mention, by however many steps: most of the program. */
function keepReachable(folder, entry) {
  const kept = new Set();
  const pending = [path.join(folder, entry)];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (kept.has(file)) continue;
    kept.add(file);
    const imports = fs.readFileSync(file, 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]+)\.ts['"]/g);
    for (const [, name] of imports) pending.push(path.join(path.dirname(file), `${name}.d.ts`));
  }
  for (const one of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(one.parentPath, one.name);
    if (one.isFile() && !kept.has(file)) fs.rmSync(file);
  }
}

if (import.meta.url === pathToFileURL(fs.realpathSync(process.argv[1])).href) {
  if (!distIsCurrent()) await build();
  if (process.argv.includes('--types')) await writeTypes();
}
