import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { parsePs, parsePsArguments, readPs, readPsArguments } from '../../../src/platform/macos/ps.ts';
import { BROKEN, expectCutsToKeepRows, outputOf } from './fixture.ts';

const STARTS = 'ps -axww -o pid= -o lstart= -o comm=';
const ARGUMENTS = 'ps -axww -o pid= -o args=';

test('start times and executables', () => {
  const processes = parsePs(outputOf(STARTS));
  expect(processes.size).toBe(13);
  expect(processes.get(1)).toEqual({ started: '2024-06-03T07:33:22Z', exe: '/sbin/launchd' });
  expect(processes.get(733)).toEqual({
    started: '2024-06-03T08:05:59Z',
    exe: '/Applications/Übersicht.app/Contents/MacOS/Übersicht',
  });
  expect(processes.get(640)?.exe).toMatch(/^\/Applications\/Slack\.app\/.*\/Slack Helper$/);
  expect(processes.get(1100)).toEqual({ started: '2024-06-12T11:31:00Z', exe: null });
});

test('command lines keep their spaces', () => {
  const commandLines = parsePsArguments(outputOf(ARGUMENTS));
  expect(commandLines.size).toBe(13);
  expect(commandLines.get(1001)).toBe('node server.js --name=a b');
  expect(commandLines.get(801)).toBe('/Applications/Spotify.app/Contents/MacOS/Spotify --autostart');
});

test.each([
  'PID STARTED COMM',
  '  7 Mon Foo  3 07:33:20 2024     sh',
  '  7 Mon Jun  3 07:33 2024     sh',
  '  -7 Mon Jun  3 07:33:20 2024     sh',
  '',
])('%j is left out', (line) => {
  expect(parsePs(`${line}\n`).size).toBe(0);
});

test('a process without a name has no executable, and none without arguments a command line', () => {
  expect(parsePs('  7 Mon Jun  3 07:33:20 2024     \n').get(7)).toEqual({ started: '2024-06-03T07:33:20Z', exe: null });
  expect(parsePsArguments('  7 \n').size).toBe(0);
});

test('a listing cut anywhere keeps the lines before', () => {
  expectCutsToKeepRows(outputOf(STARTS), parsePs);
  expectCutsToKeepRows(outputOf(ARGUMENTS), parsePsArguments);
  expect(parsePs(outputOf(STARTS, BROKEN)).size).toBe(5);
  expect(parsePsArguments(outputOf(ARGUMENTS, BROKEN)).size).toBe(5);
});

const hasPs = spawnSync('ps').error === undefined;
if (!hasPs) console.warn('skipped: comparing with ps itself, which is not installed');

test.skipIf(!hasPs)('the options work with the ps of this machine', async () => {
  const host = openHost(null, realClock);
  const started = Date.parse((await readPs(host)).get(process.pid)?.started ?? '');
  const expected = Date.now() - process.uptime() * 1000;
  expect(Math.abs(started - expected)).toBeLessThan(60_000);
  expect((await readPsArguments(host)).get(process.pid)).toContain('node');
});
