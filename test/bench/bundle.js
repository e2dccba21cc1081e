// Node 20 runs no TypeScript: what is measured inside the bench is bundled first, as the program is, and runs in a process of
// its own.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { BUNDLING } from '../../build.js';

const ROOT = path.join(import.meta.dirname, '../..');

/** Runs a file, named from this folder, with these words; resolves to what it printed, read as JSON. */
export async function runBundled(name, words = [], nodeOptions = []) {
  // inside the checkout, where packages are found
  const folder = fs.mkdtempSync(path.join(ROOT, 'node_modules/.netwatch-bench-'));
  try {
    await build({
      ...BUNDLING,
      entryPoints: { bundled: path.join(import.meta.dirname, name) },
      outdir: folder,
      outExtension: { '.js': '.mjs' },
    });
    const child = spawn(process.execPath, [...nodeOptions, path.join(folder, 'bundled.mjs'), ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    let out = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
    const status = await new Promise((resolve) => child.on('close', resolve));
    if (status !== 0) throw new Error(`${name} ended with ${status}`);
    return out === '' ? null : JSON.parse(out);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** A folder for files of the bench, which `work` may use. */
export async function inFolder(work) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-bench-'));
  try {
    return await work(folder);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
