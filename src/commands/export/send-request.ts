import { type Credentials, parseCredentials } from '../../core/delivery/credentials.ts';
import { type Destination, parseDestination } from '../../core/delivery/destination.ts';
import { EXIT, Failure, reasonOf, usageError } from '../../core/failure.ts';
import { REDACT_WORDS, type RedactWord } from '../../core/redact/redact-words.ts';
import { readNamedFile } from '../../platform/machine/read-named-file.ts';
import type { SinkRequest } from '../../platform/sink/sink-request.ts';
import { LEAST_SPOOL_BYTES } from '../../platform/sink/spool.ts';
import { usualSpoolFolder } from '../../platform/sink/spool-folder.ts';
import type { Context } from '../context/context.ts';
import type { ListingValues } from '../listing/command.ts';
import { askedFormat } from '../listing/listing-plan.ts';
import type { RedactValues } from '../listing/open-redaction.ts';
import type { sinkOptions } from './sink-options.ts';

const USUAL_SPOOL_BYTES = 256 * 1024 * 1024;

/** What is sent where, by way of which spool. */
export interface SendRequest extends Omit<SinkRequest, 'clock'> {
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
  const destination = parseDestination(to);
  const credentials = credentialsOf(destination, values.credentials);
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
  const { 'tls-cert': cert, 'tls-key': key } = values;
  if ((cert === null) !== (key === null)) throw usageError('--tls-cert and --tls-key go together');
  if (cert !== null && !destination.secure) throw usageError(`--tls-cert is for TLS, not ${destination.name}`);
  const certificate =
    cert === null || key === null ? null : { cert: readFile('tls-cert', cert), key: readFile('tls-key', key) };
  return {
    destination,
    credentials,
    certificate,
    folder,
    spool: usual,
    isUsual: values.spool === null,
    mostBytes,
    isRedacted: Boolean(redact),
  };
}

/** A spool beside the other one: what waits there from runs that redacted less is not sent with what is redacted. */
const spoolOfRedacted = (folder: string, words: readonly RedactWord[]): string =>
  `${folder.replace(/\/+$/, '')}-redacted-${REDACT_WORDS.filter((word) => words.includes(word)).join('-')}`;

function credentialsOf({ user, password, protocol, name }: Destination, file: string | null): Credentials | null {
  if (file !== null) {
    if (user !== null) throw usageError(`--to ${name} has credentials in it, and so has --credentials ${file}`);
    return parseCredentials(readFile('credentials', file), file, protocol);
  }
  if (user === null) return null;
  return password === null ? { kind: 'token', token: user } : { kind: 'password', user, password };
}

const MOST_FILE_BYTES = 64 * 1024;

function readFile(option: string, file: string): string {
  let text: string;
  try {
    text = readNamedFile(file, 'utf8');
  } catch (error) {
    throw new Failure(EXIT.noInput, `--${option} ${file} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  if (text.length > MOST_FILE_BYTES) throw new Failure(EXIT.data, `--${option} ${file} has more than 64 KiB`);
  return text;
}
