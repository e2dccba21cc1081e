// npm run fuzz: damages the sample frames, files, texts and command lines of the tests and gives them to netwatch, for as
// long as it is told. See main.ts for the options.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundle } from './bundle.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-fuzz-'));
try {
  const file = await bundle(path.join(import.meta.dirname, 'main.ts'), folder);
  const child = spawn(process.execPath, ['--enable-source-maps', '--expose-gc', file, ...process.argv.slice(2)], {
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve) =>
    child.on('close', (code, signal) => resolve(signal === null ? code : 1)),
  );
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
