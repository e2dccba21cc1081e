import { expect, test } from 'vitest';
import { chooseColorLevel, openPalette } from '../../../src/core/output/palette.ts';

type Env = Readonly<Record<string, string>>;
const XTERM = { TERM: 'xterm' };
const MANY = { TERM: 'xterm-256color' };
const ALL = { ...XTERM, COLORTERM: 'truecolor' };

test.each<[asked: 'auto' | 'always' | 'never', env: Env, isTerminal: boolean, level: number]>([
  // what the terminal can
  ['auto', XTERM, true, 1],
  ['auto', MANY, true, 2],
  ['auto', ALL, true, 3],
  ['auto', { ...MANY, COLORTERM: '24bit' }, true, 3],
  ['auto', { ...MANY, COLORTERM: 'yes' }, true, 2],
  ['auto', {}, true, 0],
  ['auto', { TERM: '', COLORTERM: 'truecolor' }, true, 0],
  ['auto', { COLORTERM: 'truecolor' }, true, 0],
  ['auto', { TERM: 'dumb', COLORTERM: 'truecolor' }, true, 0],
  ['auto', ALL, false, 0],
  // the option
  ['always', XTERM, false, 1],
  ['always', ALL, false, 3],
  ['always', {}, false, 1],
  ['always', { NO_COLOR: '1', NETWATCH_COLOR: 'never', FORCE_COLOR: '0', ...MANY }, false, 2],
  ['never', { ...ALL, FORCE_COLOR: '3', NETWATCH_COLOR: 'always' }, true, 0],
  // NETWATCH_COLOR, only where the option is silent
  ['auto', { ...XTERM, NETWATCH_COLOR: 'never', FORCE_COLOR: '1' }, true, 0],
  ['auto', { ...XTERM, NETWATCH_COLOR: 'always', NO_COLOR: '1' }, false, 1],
  ['auto', { ...XTERM, NETWATCH_COLOR: 'auto' }, true, 1],
  ['auto', { ...XTERM, NETWATCH_COLOR: 'auto' }, false, 0],
  // FORCE_COLOR
  ['auto', { ...ALL, FORCE_COLOR: '0' }, true, 0],
  ['auto', { ...ALL, FORCE_COLOR: 'false' }, true, 0],
  ['auto', { FORCE_COLOR: '1' }, false, 1],
  ['auto', { FORCE_COLOR: '' }, false, 1],
  ['auto', { ...ALL, FORCE_COLOR: '1' }, false, 3],
  ['auto', { FORCE_COLOR: '2' }, false, 2],
  ['auto', { FORCE_COLOR: '3' }, false, 3],
  ['auto', { FORCE_COLOR: '3', NO_COLOR: '1' }, false, 3],
  // NO_COLOR, unless it is empty
  ['auto', { ...ALL, NO_COLOR: '1' }, true, 0],
  ['auto', { ...ALL, NO_COLOR: '' }, true, 3],
])('%s with %j on a terminal: %s', (asked, env, isTerminal, level) => {
  expect(chooseColorLevel(asked, env, isTerminal)).toBe(level);
});

test('each tone has its colour, and without colour a text stays as it is', async () => {
  const painted = await openPalette(1);
  expect([painted.heading('h'), painted.strong('s'), painted.faint('f')]).toEqual([
    '\x1b[1mh\x1b[22m',
    '\x1b[1ms\x1b[22m',
    '\x1b[2mf\x1b[22m',
  ]);
  const tones = ['good', 'notice', 'busy', 'bad', 'faint', null] as const;
  expect(tones.map((tone) => painted.tone(tone, 'x'))).toEqual([
    '\x1b[32mx\x1b[39m',
    '\x1b[33mx\x1b[39m',
    '\x1b[36mx\x1b[39m',
    '\x1b[31mx\x1b[39m',
    '\x1b[2mx\x1b[22m',
    'x',
  ]);
  const plain = await openPalette(0);
  expect(tones.map((tone) => plain.tone(tone, 'x'))).toEqual(['x', 'x', 'x', 'x', 'x', 'x']);
  expect(plain.heading('h') + plain.strong('s') + plain.faint('f')).toBe('hsf');
});
