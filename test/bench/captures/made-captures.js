// The captures that the bench reads, made once a machine: the same bytes each time.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runBundled } from '../bundle.js';
import { fail } from '../measure.js';

const FOLDER = path.join(os.tmpdir(), 'netwatch-bench');
const PACKETS = 1_000_000;
const SAMPLES = path.join(import.meta.dirname, '../../../../shared/corpus/make_big.sh');

/** A million packets of one kind of traffic: a file of this folder has its name. */
export async function madeCapture(kind) {
  return made(`${kind}.pcap`, (file) => runBundled('captures/write-capture.ts', [kind, file, String(PACKETS)]));
}

/** A million packets of all kinds, out of sample captures; null without these. */
export async function madeMix() {
  if (!fs.existsSync(SAMPLES)) return null;
  return made('big_mixed.pcap', (file) => {
    const samples = path.join(path.dirname(SAMPLES), 'dev');
    const { status } = spawnSync('bash', [SAMPLES, samples, path.dirname(file)], { stdio: 'inherit' });
    if (status !== 0) fail(`${SAMPLES} ended with ${status}`);
  });
}

/** The file of that name; `make` writes it elsewhere first, so that one that is there is whole. */
async function made(name, make) {
  const file = path.join(FOLDER, name);
  if (fs.existsSync(file)) return file;
  const unfinished = path.join(FOLDER, `unfinished-${process.pid}`);
  fs.mkdirSync(unfinished, { recursive: true });
  try {
    await make(path.join(unfinished, name));
    fs.renameSync(path.join(unfinished, name), file);
  } finally {
    fs.rmSync(unfinished, { recursive: true });
  }
  return file;
}
