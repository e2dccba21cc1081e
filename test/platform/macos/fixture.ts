import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const HOSTS = fileURLToPath(new URL('../../hosts/', import.meta.url));

/** A machine as a folder, and its twin in which every file is cut short. */
export const MACOS = path.join(HOSTS, 'macos');
export const BROKEN = path.join(HOSTS, 'macos-broken');

/** Recorded output of a command line. */
export function outputOf(commandLine: string, root = MACOS): string {
  return fs.readFileSync(path.join(root, 'run', commandLine), 'utf8');
}

/**
 * Parses every prefix of a text: none may throw, and the rows of each must be those of the whole text, as far as they go.
 * The last `unsure` rows may differ, where what describes one row stands on several lines.
 */
export function expectCutsToKeepRows<T>(text: string, parse: (text: string) => Iterable<T>, unsure = 0): void {
  const whole = [...parse(text)];
  expect(whole.length).toBeGreaterThan(0);
  for (let length = 0; length < text.length; length++) {
    const rows = [...parse(text.slice(0, length))];
    const sure = rows.slice(0, Math.max(0, rows.length - unsure));
    // comparing text is what keeps thousands of prefixes fast
    if (JSON.stringify(sure) !== JSON.stringify(whole.slice(0, sure.length))) {
      expect({ length, rows: sure }).toEqual({ length, rows: whole.slice(0, sure.length) });
    }
  }
}
