import { SessionSecrets } from '../../core/keylog/session-secrets.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import type { TlsSecrets } from '../../core/wire/app/tls/tls-secrets.ts';
import { openKeyLogFile } from '../../platform/files/key-log-file.ts';
import type { Context } from '../context/context.ts';

/** The key log of --keylog. */
export interface KeyLog {
  /** For the dissector; empty before `load`. */
  readonly secrets: TlsSecrets;
  /** Reads the file; call it after privileges are given up. Warns of one that holds nothing. Rejects with a Failure 74. */
  load(): Promise<void>;
  close(): void;
  /** Closes the file, and says that it was of no use, or with --verbose what it was good for. */
  finish(): void;
}

/**
 * Opens a key log, and reads nothing of it yet. `grows` says that it is read on when secrets are missing. Rejects with a
 * Failure 65, 66, 74 or 77.
 */
export async function openKeyLog(context: Context, name: string, grows: boolean): Promise<KeyLog> {
  const { clock, signal, warn } = context;
  const file = await openKeyLogFile(name, clock, signal);
  const secrets = new SessionSecrets(grows ? file.readOn : null);
  return {
    secrets,
    async load() {
      let kind = null as string | null;
      await file.read((text) => {
        kind ??= kindOf(text);
        secrets.add(text);
      });
      if (!grows) secrets.end();
      if (secrets.dropped > 0) {
        warn(`${name}: only the last ${formatNumberOf(secrets.size, 'secret')} of ${secrets.taken} are kept`);
      }
      if (secrets.taken === 0 && !signal.aborted) {
        warn(`${name} holds no secret of TLS${kind || (grows ? ' yet' : '')}`);
      }
    },
    close: file.close,
    finish() {
      file.close();
      if (context.isVerbose) warn(`${name}: ${reportOf(secrets)}`);
      else if (secrets.size > 0 && secrets.used === 0) {
        warn(
          `${name} holds ${formatNumberOf(secrets.size, 'secret')}, but of no session of TLS or QUIC whose handshake was seen`,
        );
      }
    },
  };
}

/** What is no key log by its first bytes; nothing for what may be one. */
function kindOf(text: Uint8Array): string {
  const first = Buffer.from(text.subarray(0, 4)).toString('hex');
  return KINDS.find(([magic]) => first.startsWith(magic))?.[1] ?? '';
}
const KINDS: readonly (readonly [magic: string, kind: string])[] = [
  ['fffe', ': it is in UTF-16, and a key log is in ASCII'],
  ['feff', ': it is in UTF-16, and a key log is in ASCII'],
  ['1f8b', ': it is compressed, and a key log is text'],
  ['28b52ffd', ': it is compressed, and a key log is text'],
  ['0a0d0d0a', ': it is a capture, and a key log is text'],
];

/** `5 secrets, 4 of them of sessions that were met; 3 lines ignored: 1 unknown label, …`, and nothing of what they are. */
function reportOf({ size, used, ignored: { unknown, badHex, wrongLength } }: SessionSecrets): string {
  const kept = `${formatNumberOf(size, 'secret')}, ${used} of them of sessions that were met`;
  const wrong = [
    ...(unknown > 0 ? [`${unknown} with an unknown label`] : []),
    ...(badHex > 0 ? [`${badHex} with wrong digits`] : []),
    ...(wrongLength > 0 ? [`${wrongLength} of a wrong length`] : []),
  ];
  const lines = unknown + badHex + wrongLength;
  return lines === 0 ? kept : `${kept}; ${formatNumberOf(lines, 'line')} ignored: ${wrong.join(', ')}`;
}
