import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { bashCompletion } from '../../src/commands/docs/completion-bash.ts';
import { fishCompletion } from '../../src/commands/docs/completion-fish.ts';
import { zshCompletion } from '../../src/commands/docs/completion-zsh.ts';
import { commandPage, programPage } from '../../src/commands/docs/man-page.ts';
import { COMMANDS } from '../../src/commands/registry.ts';
import { runTool, toolIsMissing } from '../support/tool.ts';

/** The files that are made from the registry. `npm run docs` writes them; this test says when they were not. */
const { version } = packageJson;
const GENERATED: Record<string, string> = {
  'man/netwatch.1': programPage(COMMANDS, version),
  ...Object.fromEntries(COMMANDS.map((one) => [`man/netwatch-${one.name}.1`, commandPage(one, version)])),
  'completions/netwatch.bash': bashCompletion(COMMANDS),
  'completions/_netwatch': zshCompletion(COMMANDS),
  'completions/netwatch.fish': fishCompletion(COMMANDS),
};
const root = path.join(import.meta.dirname, '../..');

describe.each(Object.entries(GENERATED))('%s', (file, text) => {
  test('is what the registry says (npm run docs writes it)', () => {
    if (process.env.NETWATCH_WRITE_DOCS === '1') {
      fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      fs.writeFileSync(path.join(root, file), text.endsWith('\n') ? text : `${text}\n`);
    }
    expect(fs.readFileSync(path.join(root, file), 'utf8').trimEnd()).toBe(text.trimEnd());
  });
});

test('no generated file is left of a command that is gone, and package.json lists every man page', () => {
  const pages = fs.readdirSync(path.join(root, 'man')).map((name) => `man/${name}`);
  const scripts = fs.readdirSync(path.join(root, 'completions')).map((name) => `completions/${name}`);
  expect([...pages, ...scripts].sort()).toEqual(Object.keys(GENERATED).sort());
  expect([...packageJson.man].sort()).toEqual(pages.sort().map((page) => `./${page}`));
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

test.skipIf(toolIsMissing('bash'))('bash completes commands, options, values, fields and lists', () => {
  const complete = (words: string): string[] => {
    const list = words
      .split(' ')
      .map((word) => `'${word}'`)
      .join(' ');
    const script = `source "${path.join(root, 'completions/netwatch.bash')}"; COMP_WORDS=(${list}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _netwatch; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return runTool('bash', ['-c', script]).stdout.trim().split('\n');
  };
  expect(complete('netwatch con')).toEqual(['conns']);
  expect(complete('netwatch conns --summ')).toEqual(['--summary']);
  expect(complete('netwatch conns --summary po')).toEqual(['port']);
  expect(complete('netwatch conns --fields rtt')).toEqual(['rtt_ms', 'rttvar_ms', 'rtt_avg_ms']);
  expect(complete('netwatch conns --fields pid,rtt_')).toEqual(['pid,rtt_ms', 'pid,rtt_avg_ms']);
  expect(complete('netwatch schema ifa')).toEqual(['iface']);
  expect(complete('netwatch conns -i l')).toContain('lo');
});

test.skipIf(toolIsMissing('zsh'))('zsh reads its script', () => {
  expect(runTool('zsh', ['-n', path.join(root, 'completions/_netwatch')])).toMatchObject({ status: 0, stderr: '' });
});

test.skipIf(toolIsMissing('fish'))('fish completes commands and values', () => {
  const complete = (line: string): string[] =>
    runTool('fish', [
      '--no-config',
      '-c',
      `source ${path.join(root, 'completions/netwatch.fish')}; complete -C ${JSON.stringify(line)}`,
    ])
      .stdout.trim()
      .split('\n')
      .map((one) => one.split('\t')[0]!);
  expect(complete('netwatch ifac')).toEqual(['ifaces']);
  expect(complete('netwatch conns --summary st')).toEqual(['state']);
  expect(complete('netwatch conns --fields rtt_m')).toEqual(['rtt_ms']);
  expect(complete('netwatch conns -i l')).toContain('lo');
});
