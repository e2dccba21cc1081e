import fs from 'node:fs';
import path from 'node:path';
import type { CaptureReader } from '../../src/core/capture/capture-reader.ts';
import { openCaptureReader } from '../../src/core/capture/open-capture-reader.ts';
import { sourceOf } from './captures.ts';
import { ROOT } from './program.ts';

const FOLDERS = [
  path.join(ROOT, 'test/captures'),
  ...['dev', 'malformed', 'pcapng-suite'].map((name) => path.join(ROOT, '../shared/corpus', name)),
];

/** Every file of captures within reach: the tests' own, and those of the corpus where it is there. */
export function* everyCapture(): Generator<{ readonly name: string; readonly bytes: Uint8Array }> {
  for (const folder of FOLDERS.filter((one) => fs.existsSync(one))) {
    for (const name of fs.readdirSync(folder)) yield { name, bytes: fs.readFileSync(path.join(folder, name)) };
  }
}

/** Null for what is no capture, or is packed. */
export async function readerOf(bytes: Uint8Array): Promise<CaptureReader | null> {
  try {
    return await openCaptureReader(sourceOf(bytes), 64 * 1024);
  } catch {
    return null;
  }
}
