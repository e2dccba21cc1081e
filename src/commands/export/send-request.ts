import { usageError } from '../../core/failure.ts';
import { REDACT_WORDS, type RedactWord } from '../../core/redact/redact-words.ts';
import { LEAST_SPOOL_BYTES } from '../../platform/sink/spool.ts';
import { usualSpoolFolder } from '../../platform/sink/spool-folder.ts';
import type { Context } from '../context/context.ts';
import type { ListingValues } from '../listing/command.ts';
import { askedFormat } from '../listing/listing-plan.ts';
import type { RedactValues } from '../listing/open-redaction.ts';
import { type RecipientRequest, recipientRequestOf } from './recipient-request.ts';
import type { sinkOptions } from './sink-options.ts';

const USUAL_SPOOL_BYTES = 256 * 1024 * 1024;

/** What is sent where, by way of which spool. */
export interface SendRequest extends RecipientRequest {
  readonly folder: string;
  /** What --spool must say for this folder. */
  readonly spool: string;
  /** Whether nobody named the folder. */
  readonly isUsual: boolean;
  readonly mostBytes: number;
}

/** Reads the options and the files that they name. Throws Failure 64 or 66. */
export function sendRequestOf(values: ListingValues<typeof sinkOptions>, to: string, env: Context['env']): SendRequest {
  const format = askedFormat(values);
  if (format !== null && format !== 'ndjson') throw usageError(`--to sends ndjson, not ${format}`);
  const recipient = recipientRequestOf(values, to);
  const usual = values.spool ?? usualSpoolFolder(env, process.getuid?.() === 0);
  if (usual === null) throw usageError('there is no folder for the spool: --spool DIR names one');
  const { redact } = values as RedactValues;
  const folder = redact ? spoolOfRedacted(usual, redact) : usual;
  const mostBytes = values['spool-size'] ?? USUAL_SPOOL_BYTES;
  if (mostBytes < LEAST_SPOOL_BYTES) {
    throw usageError(`--spool-size ${mostBytes} is too small for a spool`, {
      hint: `at least ${LEAST_SPOOL_BYTES / 1024}KiB`,
    });
  }
  const isRedacted = Boolean(redact);
  return { ...recipient, folder, spool: usual, isUsual: values.spool === null, mostBytes, isRedacted };
}

/** A spool beside the other one: what waits there from runs that redacted less is not sent with what is redacted. */
const spoolOfRedacted = (folder: string, words: readonly RedactWord[]): string =>
  `${folder.replace(/\/+$/, '')}-redacted-${REDACT_WORDS.filter((word) => words.includes(word)).join('-')}`;
