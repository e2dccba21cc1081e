// Bundles a TypeScript entry of the fuzzer into a folder, since Node 20 runs no TypeScript. The tests whose frames are
// samples are bundled with it, with stand-ins for vitest and for the function through which they dissect.
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SUPPORT = path.join(ROOT, 'test/support');
const SAMPLES = path.join(import.meta.dirname, 'samples');
/** What takes the place of a module of the tests, and the module itself where the rest of it stays. */
const STAND_INS = {
  vitest: ['stand-in-vitest.ts'],
  wire: ['recording-wire.ts', path.join(SUPPORT, 'wire.ts')],
  tool: ['no-tool.ts'],
};

/** As CommonJS, of which a test may import what is not there: it then gives what it gave until it asked for that. */
const standIn = ([name, whole]) => {
  const parts = [...(whole === undefined ? [] : [whole]), path.join(SAMPLES, name)];
  return `module.exports = { ${parts.map((part) => `...require(${JSON.stringify(part)})`).join(', ')} };`;
};

/** Folders of the tests whose frames are samples, and those among them whose frames are many and all alike. */
const TESTS = ['test/core/wire', 'test/core/stats'];
const ALIKE = new Set(['statistics.test.ts', 'flow-table.test.ts', 'cut-layer.test.ts']);

function testFiles() {
  const all = TESTS.flatMap((folder) =>
    fs.readdirSync(path.join(ROOT, folder), { recursive: true }).map((name) => path.join(ROOT, folder, name)),
  );
  return all.filter((file) => file.endsWith('.test.ts') && !ALIKE.has(path.basename(file))).sort();
}

const listOfTests = () =>
  `export const TESTS = [${testFiles().map((file) => `() => import(${JSON.stringify(file)})`)}];`;

const samples = {
  name: 'samples',
  setup(of) {
    of.onResolve({ filter: /^vitest$/ }, () => ({ path: 'vitest', namespace: 'fuzz' }));
    of.onResolve({ filter: /^fuzz:tests$/ }, () => ({ path: 'tests', namespace: 'fuzz' }));
    of.onResolve({ filter: /\/(?:wire|tool)\.ts$/ }, ({ path: asked, resolveDir, importer, namespace }) => {
      const { dir, name } = path.parse(path.resolve(resolveDir, asked));
      const isOwn = namespace === 'fuzz' || path.dirname(importer) === SAMPLES;
      return dir !== SUPPORT || isOwn ? undefined : { path: name, namespace: 'fuzz' };
    });
    of.onLoad({ filter: /.*/, namespace: 'fuzz' }, ({ path: name }) => ({
      contents: name === 'tests' ? listOfTests() : standIn(STAND_INS[name]),
      resolveDir: ROOT,
    }));
  },
};

/** Bundles `entry` into `folder`, where packages are found as they are in the checkout; returns the file. */
export async function bundle(entry, folder) {
  const outfile = path.join(folder, 'fuzz.mjs');
  await build({
    absWorkingDir: ROOT,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    jsx: 'automatic',
    packages: 'external',
    sourcemap: 'inline',
    define: { FUZZ_ROOT: JSON.stringify(ROOT) },
    plugins: [samples],
    logLevel: 'warning',
  });
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  return outfile;
}
