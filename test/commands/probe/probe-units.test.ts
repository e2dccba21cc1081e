import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cronCommand, systemdCommand } from '../../../src/commands/probe/probe-units.ts';
import { runInProcess } from '../../support/in-process.ts';
import { runTool, toolIsMissing } from '../../support/tool.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-units-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const EVERY_FIVE = ['--schedule', '*/5 * * * *'];
const run = (...args: readonly string[]) => runInProcess(['probe', ...args]);

describe('--print-cron', () => {
  test('is the line, with every option as it was given and files by their whole path', async () => {
    const { out, status } = await run(
      ...['gateway', 'https://example.org/a%20b', ...EVERY_FIVE, '--print-cron', '-c', '5', '--timeout', '1.5'],
      ...[
        '--append',
        'h.ndjson',
        '--append-max',
        '1MB',
        '--fail-on',
        "rtt_avg_ms > 5 and target != 'x y'",
        '-q',
        '--json',
      ],
    );
    expect(status).toBe(0);
    expect(out).toBe(
      `*/5 * * * * out=$(/usr/bin/node '/opt/net watch/bin/netwatch.js' probe --count 5 --timeout 1500ms --fail-on 'rtt_avg_ms > 5 and target != '\\''x y'\\''' --append ${path.resolve('h.ndjson')} --append-max 1000000 --json --quiet gateway https://example.org/a\\%20b 2>&1) || { rc=$?; printf '\\%s\\n' "\${out:-exit status $rc}"; exit $rc; }\n`,
    );
  });

  /** What cron does with a line: it takes \\% for %, and the shell runs what it gets. */
  const runLine = (words: readonly string[], shell = 'sh') => {
    const line = cronCommand(words).replaceAll('\\%', '%');
    const { status, stdout, stderr } = spawnSync(shell, ['-c', line], {
      encoding: 'utf8',
      env: {},
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return [status, stdout, stderr];
  };
  const SHELLS = ['sh', 'dash', 'bash', 'busybox', 'ksh', 'zsh'].filter((shell) => !toolIsMissing(shell));

  test.each(SHELLS.map((shell) => [shell]))(
    '%s runs the words that were given, and prints them only when they fail',
    (shell) => {
      const words = ['plain', 'with space', "it's", '100% "$HOME" `id` $(id) \\ ; & | * ~ # !) (', '-x', '', 'ünï'];
      const script = 'for word do printf "<%s>" "$word"; done; exit "$1"';
      const sh = shell === 'busybox' ? 'busybox' : shell;
      const run = (status: string) => {
        const line = cronCommand(['/bin/sh', '-c', script, 'sh', status, ...words]).replaceAll('\\%', '%');
        const args = sh === 'busybox' ? ['sh', '-c', line] : ['-c', line];
        const ended = spawnSync(sh, args, { encoding: 'utf8', env: {}, stdio: ['ignore', 'pipe', 'pipe'] });
        return [ended.status, ended.stdout, ended.stderr];
      };
      const printed = (status: string): string => `${[status, ...words].map((word) => `<${word}>`).join('')}\n`;
      expect(run('0')).toEqual([0, '', '']);
      expect(run('1')).toEqual([1, printed('1'), '']);
      expect(run('3')).toEqual([3, printed('3'), '']);
      expect(cronCommand(words)).not.toMatch(/(?<!\\)%/);
    },
  );

  test('what is said on stderr is printed with the rest, in its order; who says nothing is told by the status', () => {
    expect(runLine(['/bin/sh', '-c', 'echo one; echo two >&2; echo three; exit 3'])).toEqual([
      3,
      'one\ntwo\nthree\n',
      '',
    ]);
    expect(runLine(['/bin/sh', '-c', 'echo a warning >&2'])).toEqual([0, '', '']);
    expect(runLine(['/bin/sh', '-c', 'exit 75'])).toEqual([75, 'exit status 75\n', '']);
    expect(runLine(['/bin/sh', '-c', 'printf "%s" "100% \\\\n -n"; exit 1'])).toEqual([1, '100% \\n -n\n', '']);
    expect(runLine(['/bin/sh', '-c', 'kill -TERM $$'])).toEqual([143, 'exit status 143\n', expect.any(String)]);
    expect(() => cronCommand(['a\nb'])).toThrow(/a crontab line cannot hold "a\nb"/);
  });

  test.each([
    [['--print-cron'], '--print-cron needs --schedule'],
    [['--print-cron', '--every', '5s'], '--print-cron needs --schedule'],
    [['--print-cron', '--print-systemd', ...EVERY_FIVE], 'exclude each other'],
    [['--schedule', '* * * *'], 'no cron expression'],
    [['--schedule', '0 0 L * *', '--print-cron'], 'no day of crontab(5)'],
    [['--every', '5s', ...EVERY_FIVE], '--every and --schedule exclude each other'],
    [['--print-cron', '--duration', '5s', ...EVERY_FIVE], '--duration cannot be used with'],
    [['tcp://x', '--print-cron', ...EVERY_FIVE], 'needs a port'],
  ])('%j is refused', async (args, message) => {
    const { status, said, out } = await run('192.0.2.1', ...args);
    expect([status, out]).toEqual([64, '']);
    expect(said.join('\n')).toContain(message);
  });
});

/** The units of the output by their names. */
function unitsOf(text: string): Readonly<Record<string, string>> {
  const parts = text.split(/^# \/etc\/systemd\/system\/(\S+)\n/m).slice(1);
  return Object.fromEntries(parts.flatMap((part, index) => (index % 2 === 0 ? [[part, parts[index + 1]!]] : [])));
}

describe('--print-systemd', () => {
  test('is a service and a timer, as a user of its own where it writes below /var/lib/netwatch', async () => {
    const { out } = await run('gateway', ...EVERY_FIVE, '--print-systemd', '--append', '/var/lib/netwatch/h.ndjson');
    const units = unitsOf(out);
    expect(Object.keys(units)).toEqual(['netwatch-probe.service', 'netwatch-probe.timer']);
    const { 'netwatch-probe.service': service = '', 'netwatch-probe.timer': timer = '' } = units;
    expect(service).toMatch(
      /^ExecStart=\/usr\/bin\/node "\/opt\/net watch\/bin\/netwatch.js" probe --append \S+ gateway$/m,
    );
    expect(service).toMatch(/^DynamicUser=yes$/m);
    expect(service).toMatch(/^StateDirectory=netwatch$/m);
    expect(service).not.toMatch(/^(?:ReadWritePaths|MemoryDenyWriteExecute|User)=/m);
    expect(timer).toMatch(/^OnCalendar=\*-\*-\* \*:00\/5:00$/m);
    expect(timer).toMatch(/^Persistent=no$/m);
  });

  test('elsewhere it is the user who asks, and may write there', async () => {
    const { out } = await run(
      'gateway',
      ...EVERY_FIVE,
      '--print-systemd',
      '-o',
      'prometheus',
      '--out',
      '/srv/text file/n.prom',
    );
    expect(out).toMatch(/^ReadWritePaths="\/srv\/text file"$/m);
    expect(out).toContain(`\nUser=${os.userInfo().username}\n`);
    expect(out).not.toContain('DynamicUser');
  });

  test('with --every it is a service that stays, and whose end by systemd is no failure', async () => {
    const { out } = await run('gateway', '--every', '10s', '--print-systemd');
    expect(Object.keys(unitsOf(out))).toEqual(['netwatch-probe.service']);
    expect(out).toMatch(/ probe --every 10s gateway$/m);
    expect(out).toMatch(/^SuccessExitStatus=143$/m);
    expect(out).toMatch(/^WantedBy=multi-user.target$/m);
  });

  test('words are quoted as systemd reads them', () => {
    expect(systemdCommand(['plain', 'a b', '100%', '$HOME', 'say "x" \\ y', 'a\nb', ''])).toBe(
      'plain "a b" 100%% "$$HOME" "say \\"x\\" \\\\ y" "a\\u000ab" ""',
    );
  });

  test.skipIf(toolIsMissing('systemd-analyze'))('systemd understands the units, and finds them confined', async () => {
    const { out } = await run(
      ...[
        'gateway',
        'https://example.org/a%20b$x',
        ...EVERY_FIVE,
        '--print-systemd',
        '--append',
        '/var/lib/netwatch/h',
      ],
      ...['--fail-on', 'target != "a b"'],
    );
    const units = unitsOf(out.replace('/usr/bin/node "/opt/net watch/bin/netwatch.js"', process.execPath));
    for (const [name, text] of Object.entries(units)) fs.writeFileSync(path.join(folder, name), text);
    const files = Object.keys(units).map((name) => path.join(folder, name));
    const verified = runTool('systemd-analyze', ['verify', '--man=no', ...files]);
    // of other units of this machine it may complain
    expect(verified.stderr.split('\n').filter((line) => line.includes('netwatch-probe'))).toEqual([]);
    const { status, stderr } = runTool('systemd-analyze', ['security', '--offline=true', '--threshold=25', files[0]!]);
    expect([status, stderr]).toEqual([0, '']);
  });
});
