import { describe, expect, test } from 'vitest';
import { canShowScreen } from '../../../src/commands/watch/can-show-screen.ts';
import { fakeContext } from '../../support/fake-context.ts';

const shown = (stdinIsTerminal: boolean, columns: number, rows: number, TERM = 'xterm'): boolean => {
  const { terminal, env } = fakeContext({ terminal: { columns, rows } });
  return canShowScreen({ terminal: { ...terminal, stdinIsTerminal }, env: { ...env, TERM } });
};

describe('netwatch without a command is the screen', () => {
  test.each([
    ['on a terminal of the least size', true, shown(true, 40, 10)],
    ['where one that is asked for says that it is too narrow', false, shown(true, 39, 10)],
    ['or too low', false, shown(true, 40, 9)],
    ['where nobody can type', false, shown(false, 80, 24)],
    ['where the cursor cannot be moved', false, shown(true, 80, 24, 'dumb')],
    ['where stdout is something else', false, canShowScreen(fakeContext())],
  ])('%s: %s', (_where, expected, isShown) => {
    expect(isShown).toBe(expected);
  });
});
