import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { bashCompletion } from '../../../src/commands/docs/completion-bash.ts';
import { fishCompletion } from '../../../src/commands/docs/completion-fish.ts';
import { zshCompletion } from '../../../src/commands/docs/completion-zsh.ts';
import { commandPage, programPage } from '../../../src/commands/docs/man-page.ts';
import { pageOf } from '../../../src/commands/listing/command.ts';
import { COMMANDS } from '../../../src/commands/program/registry.ts';
import { runTool, toolIsMissing } from '../../support/tool.ts';

/** The files that are made from the registry. `npm run docs` writes them; this test says when they were not. */
const { version } = packageJson;
const GENERATED: Record<string, string> = {
  'man/netwatch.1': programPage(COMMANDS, version),
  ...Object.fromEntries(COMMANDS.map((one) => [`man/${pageOf(one)}.1`, commandPage(one, version)])),
  'completions/netwatch.bash': bashCompletion(COMMANDS),
  'completions/_netwatch': zshCompletion(COMMANDS),
  'completions/netwatch.fish': fishCompletion(COMMANDS),
};
const root = path.join(import.meta.dirname, '../../..');

describe.each(Object.entries(GENERATED))('%s', (file, text) => {
  test('is what the registry says (npm run docs writes it)', () => {
    if (process.env.NETWATCH_WRITE_DOCS === '1') {
      fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      fs.writeFileSync(path.join(root, file), text.endsWith('\n') ? text : `${text}\n`);
    }
    expect(fs.readFileSync(path.join(root, file), 'utf8').trimEnd()).toBe(text.trimEnd());
  });
});

test('no generated file is left of a command that is gone', () => {
  const pages = fs
    .readdirSync(path.join(root, 'man'))
    .filter((name) => name !== 'pictures')
    .map((name) => `man/${name}`);
  const scripts = fs.readdirSync(path.join(root, 'completions')).map((name) => `completions/${name}`);
  expect([...pages, ...scripts].sort()).toEqual(Object.keys(GENERATED).sort());
});

test.skipIf(toolIsMissing('man'))('man finds nothing to complain of', () => {
  for (const file of Object.keys(GENERATED).filter((name) => name.startsWith('man/'))) {
    const { stderr, status } = runTool(
      'man',
      ['--warnings', '-E', 'UTF-8', '-l', '-Tutf8', '-Z', path.join(root, file)],
      { MANROFFSEQ: '' },
    );
    expect(stderr, file).toBe('');
    expect(status, file).toBe(0);
  }
});

/** Types lines into a shell on a terminal, Tab after each, and returns the command lines they became. */
function pressTab(shell: string, setup: string, lines: readonly string[]): string[] {
  const { stdout } = spawnSync('script', ['-qec', shell, '/dev/null'], {
    input: [`${setup}; netwatch() { echo "<$*>"; }`, ...lines.map((line) => `netwatch ${line}\t`), 'exit', ''].join(
      '\n',
    ),
    env: { ...process.env, TERM: 'dumb', HISTFILE: '' },
    encoding: 'utf8',
    timeout: 20_000,
  });
  return [...stdout.matchAll(/^<(.*)>\r?$/gm)].map((match) => match[1]!);
}

const TABS: Record<string, string> = {
  conn: 'conns',
  conf: 'config',
  'config sh': 'config show',
  'conns --summ': 'conns --summary',
  'conns --summary po': 'conns --summary port',
  'conns --output=nd': 'conns --output=ndjson',
  'conns -o ta': 'conns -o table',
  'schema ifa': 'schema iface',
  'export pac': 'export packets',
  'export packets --disc': 'export packets --discard-secrets',
  'export packets --fields stre': 'export packets --fields stream',
  'probe gatew': 'probe gateway',
  'probe stu': 'probe stun://',
  'conns --read=LICEN': 'conns --read=LICENSE',
  'conns --state LIS': 'conns --state LISTEN',
  'conns --state=UNCONN,LIS': 'conns --state=UNCONN,LISTEN',
  'conns --fields pid,cw': 'conns --fields pid,cwnd',
  'conns --sort rx_rate:': 'conns --sort rx_rate:desc',
  'conns --sort=rx_rate:desc,cwnd:d': 'conns --sort=rx_rate:desc,cwnd:desc',
  'conns --sort rx_rate:desc --summ': 'conns --sort rx_rate:desc --summary',
  'ifaces --fields gatew': 'ifaces --fields gatew',
  'ifaces --routes --fields gatew': 'ifaces --routes --fields gateway',
  'conns --summary=port --fields rtt_a': 'conns --summary=port --fields rtt_avg_ms',
  ...(loIsAlone() ? { 'conns -i l': 'conns -i lo', 'conns --interface=l': 'conns --interface=lo' } : {}),
};

/** What is typed on after a Tab: a scheme is followed by a host, a word by the next. */
const TYPED_ON: Record<string, string> = {
  'probe stu\tx': 'probe stun://x',
  'probe gatew\tx': 'probe gateway x',
};

/** Whether the loopback interface is the only one that begins with its letter. */
function loIsAlone(): boolean {
  const folder = '/sys/class/net';
  return (
    fs.existsSync(folder) &&
    fs
      .readdirSync(folder)
      .filter((name) => name.startsWith('l'))
      .join() === 'lo'
  );
}

const noTerminal = process.platform !== 'linux' || toolIsMissing('script');

test.skipIf(noTerminal || toolIsMissing('bash'))('bash completes commands, options, values, fields and lists', () => {
  const setup = `cd '${root}'; source completions/netwatch.bash`;
  expect(pressTab('bash --norc -i', setup, Object.keys(TABS))).toEqual(Object.values(TABS));
  const unsplit = `COMP_WORDBREAKS=' '; ${setup}`;
  const lines = Object.keys(TABS).filter((line) => !line.includes('--read='));
  expect(pressTab('bash --norc -i', unsplit, lines)).toEqual(lines.map((line) => TABS[line]));
  expect(pressTab('bash --norc -i', setup, Object.keys(TYPED_ON))).toEqual(Object.values(TYPED_ON));
});

test.skipIf(noTerminal || toolIsMissing('zsh'))('zsh completes the same', () => {
  const setup = `cd '${root}'; fpath=(completions $fpath); autoload -Uz compinit; compinit -u -D; unsetopt prompt_cr`;
  expect(pressTab('zsh -f -i', setup, Object.keys(TABS))).toEqual(Object.values(TABS));
  expect(pressTab('zsh -f -i', setup, Object.keys(TYPED_ON))).toEqual(Object.values(TYPED_ON));
});

test.skipIf(toolIsMissing('fish'))('fish completes the same', () => {
  const complete = (line: string): string[] =>
    runTool('fish', [
      '--no-config',
      '-c',
      `cd '${root}'; source completions/netwatch.fish; complete -C ${JSON.stringify(`netwatch ${line}`)}`,
    ])
      .stdout.trim()
      .split('\n')
      .map((one) => one.split('\t')[0]!);
  for (const [line, completed] of Object.entries(TABS)) {
    const word = completed.split(' ').at(-1)!;
    if (word !== line.split(' ').at(-1)) expect(complete(line), line).toContain(word);
    else expect(complete(line), line).toEqual(['']);
  }
});
