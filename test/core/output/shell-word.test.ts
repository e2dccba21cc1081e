import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellFile, shellWord } from '../../../src/core/output/shell-word.ts';

test.each(['a.pcap', 'a b', '$(id)', "it's", '`x`;y', '', 'a\nb', '*', '~'])('the shell reads %j back', (word) => {
  expect(spawnSync('sh', ['-c', `printf %s ${shellWord(word)}`], { encoding: 'utf8' }).stdout).toBe(word);
});

test('plain names stay as they are, options become names', () => {
  expect(['a.pcap', '/x/y-1', '-', '-t.json'].map(shellFile)).toEqual(['a.pcap', '/x/y-1', '-', './-t.json']);
});
