import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Host } from '../../../src/core/system/host.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';

const HOSTS = path.join(import.meta.dirname, '../../hosts');

/** The machine of test/hosts/linux, and its broken twin. */
export const den = openHost(path.join(HOSTS, 'linux'), realClock);
export const brokenDen = openHost(path.join(HOSTS, 'linux-broken'), realClock);

/** A machine with these files, gone when the test ends. */
export function folderMachine(files: Readonly<Record<string, string>>): Host {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-machine-'));
  onTestFinished(() => fs.rmSync(root, { recursive: true }));
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
  return openHost(root, realClock);
}
