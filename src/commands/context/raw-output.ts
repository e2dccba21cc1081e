import { usageError } from '../../core/failure.ts';
import type { Context } from './context.ts';

/**
 * Throws Failure 64 when raw bytes would go to a terminal, which would obey them. Call it before anything is started.
 */
export function refuseRawTerminal({ terminal }: Context, what: string): void {
  if (!terminal.stdoutIsTerminal) return;
  throw usageError(`${what} would go to a terminal as raw bytes`, { hint: 'use -w FILE, > FILE or a pipe' });
}
