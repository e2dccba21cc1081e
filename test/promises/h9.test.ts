import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { everyOption } from '../../src/commands/arguments/arguments.ts';
import { COMMANDS } from '../../src/commands/program/registry.ts';
import { SCALE, seeded } from '../support/attack.ts';
import type { FakeContext } from '../support/fake-context.ts';
import { fakePlatform, interfaceOf, readingOf, socketOf } from '../support/fake-platform.ts';
import { runInProcess } from '../support/in-process.ts';
import { ROOT } from '../support/program.ts';
import { promised } from './promise.ts';

const LINES = 500 * SCALE;
const FILES = 200 * SCALE;

/** They write files, or ask others for something: not what is tested here. */
const LEFT_OUT = new Set([
  'write',
  'append',
  'read',
  'config',
  'root',
  'netns',
  'resolve',
  'packets',
  'ebpf',
  'devices',
  'help',
]);
/** A probe would ask who is named, and wait; metrics would be listened for. */
const QUIET = COMMANDS.filter(({ name }) => name !== 'probe' && name !== 'export metrics');
const VALUES = [
  ...[
    '',
    '0',
    '-1',
    '1',
    '1e9',
    '99999999999999999999',
    'NaN',
    '0x10',
    '1s',
    '1ms',
    '-5m',
    '1KB',
    '1e400',
    'true',
    'null',
    '[]',
    '{}',
  ],
  ...[
    'a',
    'ä\u202e',
    '\x1b[2J',
    'a\0b',
    '\ud800',
    'é'.repeat(3000),
    '--',
    '-',
    '-x',
    '--=',
    '*',
    '$(id)',
    '../..',
    '%s%n',
    'tcp and',
    '(',
    '((((((',
    '"',
    "'",
    '[',
    'a in {',
    'matches "("',
  ],
  ...[
    'local_port',
    'rtt_ms > 100',
    'all(',
    'count(state == LISTEN) > 0',
    'local_port:desc',
    'proto,,state',
    'ndjson',
    'always',
    'eth0',
    '1,2,3',
  ],
];
const WORDS = [
  'conns',
  'ifaces',
  'stats',
  'packets',
  'conn',
  'bash',
  'zsh',
  'packet',
  'nothing',
  '--json',
  '--tsv',
  '--csv',
  '-q',
  '-v',
];
const ALLOWED = new Set([0, 1, 3, 64, 65, 66, 69, 75, 77, 78, 130]);
/** Then a run that goes on is interrupted. */
const MOST_SLEEPS = 20;
const READS_CAPTURE = new Set(['capture', 'stats', 'follow', 'export packets', 'export streams']);
const CAPTURE = path.join(ROOT, 'test/captures/loopback.pcap');

promised(
  {
    id: 'H9',
    says: 'No command line and no configuration file ends in a stack trace: netwatch shows where the mistake is, and the status is 64 for a mistake on the command line, 78 for one in the file.',
    tested:
      'Command lines of real and made-up options with hostile values, and configuration files with the same options or with damage, with a fixed seed, each run to its end.',
    notPromised:
      'Options that write files or contact others (--write, --append, targets of probe) have their own tests.',
    skipped: null,
    timeoutMs: 180_000,
  },
  async () => {
    const random = seeded(9);
    const of = <T>(list: readonly T[]): T => list[random(list.length)]!;
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-h9-'));
    const before = process.cwd();
    process.chdir(folder);
    try {
      const statuses = new Map<number, number>();
      const platform = fakePlatform([readingOf([socketOf()])], [[interfaceOf()]]);
      const run = async (argv: readonly string[], env: Record<string, string> = {}): Promise<number> => {
        let sleeps = 0;
        const onSleep = (_at: number, context: FakeContext): void => {
          if (++sleeps > MOST_SLEEPS) context.interrupt();
        };
        const { status, said } = await runInProcess(argv, { platform, env, onSleep });
        if (!ALLOWED.has(status)) expect.fail(`${JSON.stringify(argv)} ended with ${status}: ${said.join(' ')}`);
        if (said.some((line) => /^\s+at .*:\d+:\d+/.test(line)))
          expect.fail(`${JSON.stringify(argv)}: ${said.join('\n')}`);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        return status;
      };
      for (let count = 0; count < LINES; count++) {
        const command = of(QUIET);
        const options = Object.entries(everyOption(command)).filter(([name]) => !LEFT_OUT.has(name));
        const argv = random(8) === 0 ? [] : begun(command.name);
        for (let more = random(5); more > 0; more--) {
          const [name] = of(options);
          const typed = random(6) === 0 ? name.slice(0, 1 + random(name.length)) : name;
          argv.push(
            ...of([
              [`--${typed}`, of(VALUES)],
              [`--${typed}=${of(VALUES)}`],
              [`-${/[wr]/.test(typed[0]!) ? 'z' : typed[0]}${of(VALUES)}`],
              [of(VALUES)],
              [of(WORDS)],
            ]),
          );
        }
        await run(argv);
      }
      const config = path.join(folder, 'config.json');
      let wrong = 0;
      for (let count = 0; count < FILES; count++) {
        const command = of(QUIET);
        const names = Object.keys(everyOption(command)).filter((name) => !LEFT_OUT.has(name));
        const values: Record<string, unknown> = {};
        for (let more = random(4); more > 0; more--)
          values[of([...names, 'nothing', '__proto__', 'constructor'])] = of([
            of(VALUES),
            random(10),
            true,
            null,
            [of(VALUES)],
            { a: 1 },
          ]);
        const text = JSON.stringify(random(2) === 0 ? values : { [command.name]: values });
        fs.writeFileSync(config, random(4) === 0 ? text.slice(0, random(text.length)) + of(VALUES) : text);
        const status = await run(begun(command.name), { NETWATCH_CONFIG: config });
        if (status === 78) wrong++;
      }
      expect(fs.readdirSync(folder)).toEqual(['config.json']);
      const told = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`);
      return `${LINES} command lines and ${FILES} configuration files (${wrong} refused with 78): 0 stack traces, statuses ${told.join(', ')}`;
    } finally {
      process.chdir(before);
      fs.rmSync(folder, { recursive: true });
    }
  },
);

/** The words of a command: what reads packets reads those of a file. */
const begun = (name: string): string[] => [...name.split(' '), ...(READS_CAPTURE.has(name) ? ['-r', CAPTURE] : [])];
