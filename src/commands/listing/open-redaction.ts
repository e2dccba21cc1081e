import { randomBytes } from 'node:crypto';
import { EXIT, Failure, usageError } from '../../core/failure.ts';
import { shellFile } from '../../core/output/shell-word.ts';
import { KEY_BYTES, keyOf, LEAST_TEXT } from '../../core/redact/redact-key.ts';
import type { RedactWord } from '../../core/redact/redact-words.ts';
import { Redaction } from '../../core/redact/redaction.ts';
import { isPublicFile } from '../../platform/files/public-file.ts';
import { readSmallFile } from '../../platform/files/small-file.ts';
import type { Context } from '../context/context.ts';

const LONGEST_KEY = 4096;

/** The options for this, as they were typed; not every command has them. */
export interface RedactValues {
  readonly redact?: readonly RedactWord[] | null;
  readonly 'redact-key'?: string | null;
}

/**
 * What --redact asks for, under the key of --redact-key or one of this run, which is said; null without --redact. Throws a
 * Failure 64 for a key without --redact, 65 for one that is none, or as readSmallFile does.
 */
export function openRedaction({ say }: Pick<Context, 'say'>, values: RedactValues): Redaction | null {
  const words = values.redact ?? null;
  const name = values['redact-key'] ?? null;
  if (words === null) {
    if (name !== null) throw usageError('--redact-key needs --redact', { hint: '--redact ips,hosts,macs,payload' });
    return null;
  }
  if (name !== null) {
    const key = keyIn(name);
    if (isPublicFile(name))
      say(`every user can read the key in ${name}, which gives redacted addresses back: chmod 600 ${shellFile(name)}`);
    return new Redaction(words, key);
  }
  say(
    'redacted under a random key of this run: another run gives other addresses and names; --redact-key FILE keeps them',
  );
  return new Redaction(words, randomBytes(KEY_BYTES));
}

function keyIn(name: string): Uint8Array {
  const key = keyOf(readSmallFile(name, LONGEST_KEY));
  if (key !== null) return key;
  throw new Failure(EXIT.data, `${name}: a key of less than ${LEAST_TEXT} characters can be guessed`, {
    hint: `head -c ${KEY_BYTES} /dev/urandom > ${name}`,
  });
}
