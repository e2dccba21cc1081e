// Bundles a TypeScript entry of the fuzzer into a folder, since Node 20 runs no TypeScript. The tests whose frames are
// samples are bundled with it, with stand-ins for vitest and for the function through which they dissect.
import fs from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SUPPORT = path.join(ROOT, 'test/support');
const SAMPLES = path.join(import.meta.dirname, 'samples');
const STAND_INS = new Map([
  [path.join(SUPPORT, 'wire.ts'), path.join(SAMPLES, 'recording-wire.ts')],
  [path.join(SUPPORT, 'tool.ts'), path.join(SAMPLES, 'no-tool.ts')],
]);

/** Folders of the tests whose frames are samples, and those among them whose frames are many and all alike. */
const TESTS = ['test/core/wire', 'test/core/stats'];
const ALIKE = new Set(['statistics.test.ts', 'flow-table.test.ts', 'cut-layer.test.ts']);

function testFiles() {
  const all = TESTS.flatMap((folder) =>
    fs.readdirSync(path.join(ROOT, folder), { recursive: true }).map((name) => path.join(ROOT, folder, name)),
  );
  return all.filter((file) => file.endsWith('.test.ts') && !ALIKE.has(path.basename(file))).sort();
}

const samples = {
  name: 'samples',
  setup(of) {
    of.onResolve({ filter: /^vitest$/ }, () => ({ path: path.join(SAMPLES, 'stand-in-vitest.ts') }));
    of.onResolve({ filter: /^fuzz:tests$/ }, () => ({ path: 'tests', namespace: 'fuzz' }));
    of.onResolve({ filter: /\/(?:wire|tool)\.ts$/ }, ({ path: asked, resolveDir, importer }) => {
      const standIn = STAND_INS.get(path.resolve(resolveDir, asked));
      return standIn === undefined || importer === standIn ? undefined : { path: standIn };
    });
    of.onLoad({ filter: /.*/, namespace: 'fuzz' }, () => ({
      contents: `export const TESTS = [${testFiles().map((file) => `() => import(${JSON.stringify(file)})`)}];`,
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
