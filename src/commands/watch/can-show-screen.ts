import type { Context } from '../context/context.ts';
import { LEAST_HEIGHT, LEAST_WIDTH } from './model/frame-layout.ts';

/** Whether this terminal can show the screen: somebody can type, it can move its cursor, and it is large enough. */
export function canShowScreen({ terminal, env }: Pick<Context, 'terminal' | 'env'>): boolean {
  return (
    terminal.stdinIsTerminal &&
    terminal.stdoutIsTerminal &&
    env.TERM !== 'dumb' &&
    terminal.columns() >= LEAST_WIDTH &&
    terminal.rows() >= LEAST_HEIGHT
  );
}
