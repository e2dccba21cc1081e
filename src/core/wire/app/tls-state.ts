import type { Direction } from '../direction.ts';
import { NO_TYPE } from '../packet.ts';
import type { PlaintextStreams } from './tls-plaintext.ts';
import type { RecordReader } from './tls-record-reader.ts';
import type { TlsSession } from './tls-session.ts';

/** What a TLS connection remembers. */
export class TlsState {
  /** Known to be TLS 1.2 or older, where the type alone makes a record, as in Wireshark; else its version does too. */
  isOld = false;
  isTls13 = false;
  /** A message that only SSL 2.0 has came before any record: all that follows is taken for its records, as in Wireshark. */
  isSsl2 = false;
  /** A ChangeCipherSpec was seen from A (1), from B (2): what follows is encrypted. */
  encrypted = 0;
  /** A hello that lies in several records, from A and from B. */
  readonly partial: [Uint8Array | null, Uint8Array | null] = [null, null];
  /** Bytes of another handshake message that are still to come in the records that follow. */
  readonly skip: [number, number] = [0, 0];
  /** The type of the message that `skip` counts. */
  readonly skippedType: [number, number] = [NO_TYPE, NO_TYPE];
  /** The last record ended in what is no message: encrypted, from the middle of a connection. */
  isUnknown = false;
  /** With secrets: the last handshake, and what reads the records of A and of B, where those are encrypted. */
  session: TlsSession | null = null;
  client: Direction = 0;
  readonly readers: [RecordReader | null, RecordReader | null] = [null, null];
  plaintext: PlaintextStreams | null = null;

  /** No message of this direction goes on in its next record. */
  forget(direction: Direction): void {
    this.partial[direction] = null;
    this.skip[direction] = 0;
  }
}
