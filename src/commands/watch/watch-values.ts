import { usageError } from '../../core/failure.ts';
import type { Values } from '../options/option.ts';
import type { globalOptions } from '../options/shared-options.ts';
import type { watchOptions } from './watch-options.ts';

/** What was asked of the screen. */
export type WatchValues = Values<typeof watchOptions> & Values<typeof globalOptions>;

/** Throws Failure 64 for options that contradict each other. */
export function refuseOptions({ read, bpf }: WatchValues): void {
  if (read !== null && bpf !== null)
    throw usageError('--bpf needs a live capture, not a file of --read', {
      hint: 'use --filter to choose packets of a file',
    });
}
