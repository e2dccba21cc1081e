import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellFile, shellLines, shellWord } from '../../../src/core/output/shell-word.ts';

test.each(['a.pcap', 'a b', '$(id)', "it's", '`x`;y', '', 'a\nb', '*', '~'])('the shell reads %j back', (word) => {
  expect(spawnSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' }).stdout).toBe(word);
});

test('plain names stay as they are, options become names', () => {
  expect(['a.pcap', '/x/y-1', '-', '-t.json'].map(shellFile)).toEqual(['a.pcap', '/x/y-1', '-', './-t.json']);
});

test.each([20, 40, 80])('a command in lines of %i columns is read back as the same words', (width) => {
  const fields = Array.from({ length: 12 }, (_, index) => `field_number_${index}`).join(',');
  const words = [
    'conns',
    '--fields',
    fields,
    '--filter',
    'state == ESTABLISHED and process == "it\'s"',
    '-r',
    'x'.repeat(50),
  ];
  const lines = shellLines(['print', ...words.map(shellWord)].join(' '), width);
  // within quotes a line ends where a blank was, which filters read as one
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
  const script = `print() { printf '%s\\0' "$@"; }\n${lines.join('\n')}`;
  const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
  expect(stdout.replaceAll('\n', ' ').split('\0').slice(0, -1)).toEqual(words);
});
