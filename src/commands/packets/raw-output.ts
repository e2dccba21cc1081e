import { usageError } from '../../core/failure.ts';
import type { Context } from '../context/context.ts';

/**
 * Bytes as they are do not go to a terminal, which would obey them. Throws Failure 64; to be called before anything is
 * begun.
 */
export function refuseRawTerminal({ terminal }: Context, what: string): void {
  if (!terminal.stdoutIsTerminal) return;
  throw usageError(`${what} would go to a terminal as raw bytes`, { hint: '-w FILE, or a pipe or > FILE takes them' });
}
