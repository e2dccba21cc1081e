import fs from 'node:fs';
import os from 'node:os';
import { describe, expect, test } from 'vitest';
import { parsePrettyName, parseUptime, readHostFacts } from '../../../src/platform/linux/host-facts.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { brokenDen, den, folderMachine } from './folder-machine.ts';

describe('readHostFacts', () => {
  test('reads a machine', () => {
    expect(readHostFacts(den)).toEqual({
      hostname: 'den',
      os: 'Debian GNU/Linux 12 (bookworm)',
      kernel: '6.1.0-18-amd64',
      uptime_s: 86461.07,
    });
  });

  test('falls back where files are broken or absent', () => {
    const nothing = { hostname: 'localhost', os: 'Linux', kernel: null, uptime_s: null };
    expect(readHostFacts(brokenDen)).toEqual(nothing);
    expect(readHostFacts(folderMachine({}))).toEqual(nothing);
  });

  test('reads the other places', () => {
    const host = folderMachine({
      'etc/hostname': 'den\n',
      'usr/lib/os-release': "PRETTY_NAME='Void'\n",
      'proc/version': 'Linux version 5.4.0 (gcc) #1 SMP\n',
    });
    expect(readHostFacts(host)).toEqual({ hostname: 'den', os: 'Void', kernel: '5.4.0', uptime_s: null });
  });

  test.skipIf(process.platform !== 'linux')('agrees with the system calls', () => {
    const { hostname, kernel, uptime_s } = readHostFacts(openHost(null, realClock));
    expect([hostname, kernel]).toEqual([os.hostname(), os.release()]);
    expect(Math.abs(uptime_s! - os.uptime())).toBeLessThan(2);
    expect(fs.existsSync('/proc/uptime')).toBe(true);
  });
});

test.each([
  ['PRETTY_NAME="A \\"quoted\\" \\$name"', 'A "quoted" $name'],
  ["ID=x\nPRETTY_NAME='single'\n", 'single'],
  ['PRETTY_NAME=bare', 'bare'],
  ['PRETTY_NAME=""', null],
  ['PRETTY_NAME="open', null],
  ['OTHER_PRETTY_NAME="x"', null],
])('parsePrettyName: %s', (text, name) => expect(parsePrettyName(text)).toBe(name));

test.each([
  ['12.34 56.78', 12.34],
  ['12.34', null],
  ['', null],
  ['-1.5 2', null],
])('parseUptime: %s', (text, seconds) => expect(parseUptime(text)).toBe(seconds));
