import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { writeNumbered } from '../support/numbered-pcap.ts';
import { BIN, ROOT } from '../support/program.ts';
import { promised } from './promise.ts';

const PACKETS = 300_000;
/** Their records are many times what a pipe holds. */
const FEW_PACKETS = 20_000;
const MIB = 1024 * 1024;
const MOST_MEMORY = 200 * MIB;

promised(
  {
    id: 'R11',
    says: 'When the program that reads its output ends, netwatch ends quietly with 0 and finishes the other files that it writes. It does not fail because nobody reads its messages. A slow reader makes netwatch wait, in at most 200 MB.',
    tested: `Each listing command into \`head -1\`, with stdout closed and with stderr closed; ${PACKETS} records to a reader that first sleeps for three seconds.`,
    notPromised: 'That a live capture waits: netwatch counts what a slow reader missed.',
    skipped: fs.existsSync('/bin/bash') ? null : 'bash is not installed',
    timeoutMs: 120_000,
  },
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-pipes-'));
    try {
      const file = path.join(folder, 'many.pcap');
      writeNumbered(file, PACKETS, 60);
      const few = path.join(folder, 'few.pcap');
      writeNumbered(few, FEW_PACKETS, 60);
      const commands = ['conns --json', 'ifaces --json', `capture -r ${few}`, `stats -r ${few} --by all --json`];
      for (const command of commands) {
        const nw = `${process.execPath} ${BIN} ${command}`;
        expect(bash(`{ ${nw}; echo $? >&2; } | head -1 >/dev/null`)).toMatch(/^(netwatch: .*\n)*0\n$/);
        expect(bash(`${nw} >&-; echo $? >&2`)).toMatch(/^(netwatch: .*\n)*0\n$/);
        expect(bash(`${nw} 2>&- | tail -1 >/dev/null; echo \${PIPESTATUS[0]} >&2`)).toBe('0\n');
      }
      const written = path.join(folder, 'written.pcap');
      bash(`${process.execPath} ${BIN} capture -r ${file} -w ${written} -q 2>&- >&-`);
      expect(fs.statSync(written).size).toBe(fs.statSync(file).size);
      const preload = `--import ${path.join(ROOT, 'test/support/loop-delay.js')}`;
      const slow = bash(`${process.execPath} ${preload} ${BIN} capture -r ${file} --json | { sleep 3; wc -l >&2; }`);
      expect(slow).toMatch(new RegExp(`^${PACKETS}$`, 'm'));
      const memory = Number(/memory (\d+)/.exec(slow)![1]);
      expect(memory).toBeLessThan(MOST_MEMORY);
      return `${3 * commands.length} of ${3 * commands.length} runs end quietly with 0; ${PACKETS} of ${PACKETS} records to the slow reader, in ${Math.round(memory / MIB)} MB`;
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  },
);

/** What a command of bash said on stderr. */
const bash = (command: string): string =>
  spawnSync('bash', ['-c', command], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env.PATH ?? '', NETWATCH_CONFIG: 'none' },
  }).stderr;
