import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

/**
 * A test is live when it needs more than Node: the built program as a process, root, a network namespace, a capture, a
 * device. Its name ends in `.live.test.ts`. All others are unit tests: `npm run test:unit` runs them anywhere.
 */
const LIVE_SUPPORT =
  /^import [^;]*\/(attacked-run|hidden-processes|live-network|live-scene|machine-stall|measured|namespace-platform|numbered-capture|routed-path|socket-scene|tun-device|veth-pair)\.ts'/m;
const BUILT_PROGRAM = /^import \{[^}]*\b(BIN|netwatch|startNetwatch)\b[^}]*\} from '[^']*\/support\/program\.ts'/m;

const needsLive = (code: string): boolean => LIVE_SUPPORT.test(code) || BUILT_PROGRAM.test(code);

test('a test that needs a live machine says so by its name', () => {
  const named = unitTests().filter((file) => needsLive(fs.readFileSync(path.join(import.meta.dirname, file), 'utf8')));
  expect(named).toEqual([]);
});

test.each([
  ["import { noNetwork } from './live-network.ts';", true],
  ["import { ROOT, startNetwatch } from '../support/program.ts';", true],
  ["import {\n  BIN,\n  ROOT,\n} from '../support/program.ts';", true],
  ["import { ROOT } from '../support/program.ts';", false],
  ["import { netwatch } from '../support/in-process.ts';\nimport { ROOT } from '../support/program.ts';", false],
])('%j: %s', (code, isLive) => {
  expect(needsLive(code)).toBe(isLive);
});

/** Files of tests that have no `live` in their name; promises are all live. */
function unitTests(): readonly string[] {
  const files = fs.readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => /(?<!\.live)\.test\.tsx?$/.test(file) && !file.startsWith('promises/'));
}
