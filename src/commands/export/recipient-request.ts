import { type Credentials, parseCredentials } from '../../core/delivery/credentials.ts';
import { type Destination, parseDestination } from '../../core/delivery/destination.ts';
import { EXIT, Failure, reasonOf, usageError } from '../../core/failure.ts';
import { shellFile } from '../../core/output/shell-word.ts';
import { isPublicFile } from '../../platform/files/public-file.ts';
import { readNamedFile } from '../../platform/machine/read-named-file.ts';
import type { SinkRequest } from '../../platform/sink/sink-request.ts';
import type { Context } from '../context/context.ts';
import type { Values } from '../options/option.ts';
import { requireCertificate } from './client-certificate.ts';
import type { recipientOptions } from './sink-options.ts';

/** Where to send, and as whom. */
export type RecipientRequest = Omit<SinkRequest, 'clock'>;

/** Reads a destination, and the files that the options name. Throws Failure 64, 65, 66 or 77. */
export function recipientRequestOf(values: Values<typeof recipientOptions>, to: string): RecipientRequest {
  const destination = parseDestination(to);
  const credentials = credentialsOf(destination, values.credentials);
  const { 'tls-cert': cert, 'tls-key': key } = values;
  if ((cert === null) !== (key === null)) throw usageError('--tls-cert and --tls-key go together');
  if (cert !== null && !destination.secure) throw usageError(`--tls-cert is for TLS, not ${destination.name}`);
  const certificate = cert === null || key === null ? null : certificateOf(cert, key);
  return { destination, credentials, certificate };
}

function certificateOf(certFile: string, keyFile: string): { readonly cert: string; readonly key: string } {
  const [cert, key] = [readFile('tls-cert', certFile), readFile('tls-key', keyFile)];
  requireCertificate({ file: certFile, text: cert }, { file: keyFile, text: key });
  return { cert, key };
}

/** Tells of files with secrets that others can read. */
export function sayWhoReadsSecrets({ say }: Pick<Context, 'say'>, values: Values<typeof recipientOptions>): void {
  for (const option of ['credentials', 'tls-key'] as const) {
    const file = values[option];
    if (file !== null && isPublicFile(file))
      say(`every user can read --${option} ${file}: chmod 600 ${shellFile(file)}`);
  }
}

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
    const isForbidden = (error as NodeJS.ErrnoException).code === 'EACCES';
    const exit = isForbidden ? EXIT.noPermission : EXIT.noInput;
    throw new Failure(exit, `--${option} ${file} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  if (text.length > MOST_FILE_BYTES) throw new Failure(EXIT.data, `--${option} ${file} has more than 64 KiB`);
  return text;
}
