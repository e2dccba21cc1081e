import { usageError } from '../../core/failure.ts';
import { LEAST_SPOOL_BYTES } from '../../platform/sink/spool.ts';
import { usualSpoolFolder } from '../../platform/sink/spool-folder.ts';
import type { Context } from '../context/context.ts';
import type { ListingValues } from '../listing/command.ts';
import { askedFormat } from '../listing/listing-plan.ts';
import { type RecipientRequest, recipientRequestOf } from './recipient-request.ts';
import type { sinkOptions } from './sink-options.ts';

const USUAL_SPOOL_BYTES = 256 * 1024 * 1024;

/** What is sent where, by way of which spool. */
export interface SendRequest extends RecipientRequest {
  readonly folder: string;
  /** Whether nobody named the folder. */
  readonly isUsual: boolean;
  readonly mostBytes: number;
}

/** Reads the options and the files that they name. Throws Failure 64 or 66. */
export function sendRequestOf(values: ListingValues<typeof sinkOptions>, to: string, env: Context['env']): SendRequest {
  const format = askedFormat(values);
  if (format !== null && format !== 'ndjson') throw usageError(`--to sends ndjson, not ${format}`);
  const recipient = recipientRequestOf(values, to);
  const folder = values.spool ?? usualSpoolFolder(env, process.getuid?.() === 0);
  if (folder === null) throw usageError('there is no folder for the spool: --spool DIR names one');
  const mostBytes = values['spool-size'] ?? USUAL_SPOOL_BYTES;
  if (mostBytes < LEAST_SPOOL_BYTES) {
    throw usageError(`--spool-size ${mostBytes} is too small for a spool`, {
      hint: `at least ${LEAST_SPOOL_BYTES / 1024}KiB`,
    });
  }
  return { ...recipient, folder, isUsual: values.spool === null, mostBytes };
}
