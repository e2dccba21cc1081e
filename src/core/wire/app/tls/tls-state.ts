import type { Direction } from '../../direction.ts';
import { NO_TYPE } from '../../packet.ts';
import type { PlaintextStreams } from './tls-plaintext.ts';
import type { RecordReader } from './tls-record-reader.ts';
import type { TlsSession } from './tls-session.ts';

/** What is still to come of a handshake message, of one direction. */
class MessageRest {
  /** The beginning of a hello that lies in several records. */
  partial: Uint8Array | null = null;
  /** Bytes of another message that are still to come. */
  skip = 0;
  /** The type of the message that `skip` counts. */
  skippedType = NO_TYPE;
}

/** In place of one, where nothing is to come: nobody changes it. */
const NO_REST = new MessageRest();

/** What a TLS connection remembers. */
export class TlsState {
  /** Known to be TLS 1.2 or older, where the type alone makes a record, as in Wireshark; else its version does too. */
  isOld = false;
  isTls13 = false;
  /** A message that only SSL 2.0 has came before any record: all that follows is taken for its records, as in Wireshark. */
  isSsl2 = false;
  /** A ChangeCipherSpec was seen from A (1), from B (2): what follows is encrypted. */
  encrypted = 0;
  /** The last record ended in what is no message: encrypted, from the middle of a connection. */
  isUnknown = false;
  /** With secrets: the last handshake, and what reads the records of A and of B, where those are encrypted. */
  session: TlsSession | null = null;
  client: Direction = 0;
  private readerOfA: RecordReader | null = null;
  private readerOfB: RecordReader | null = null;
  plaintext: PlaintextStreams | null = null;
  /** Of most connections no message lies in several records. */
  private restOfA: MessageRest = NO_REST;
  private restOfB: MessageRest = NO_REST;

  reader(direction: Direction): RecordReader | null {
    return direction === 0 ? this.readerOfA : this.readerOfB;
  }

  setReader(direction: Direction, reader: RecordReader | null): void {
    if (direction === 0) this.readerOfA = reader;
    else this.readerOfB = reader;
  }

  /** What the next record goes on with, to be read. */
  rest(direction: Direction): Readonly<MessageRest> {
    return direction === 0 ? this.restOfA : this.restOfB;
  }

  /** The same, to be changed. */
  ownRest(direction: Direction): MessageRest {
    if (direction === 0) {
      if (this.restOfA === NO_REST) this.restOfA = new MessageRest();
      return this.restOfA;
    }
    if (this.restOfB === NO_REST) this.restOfB = new MessageRest();
    return this.restOfB;
  }

  /** No message of this direction goes on in its next record. */
  forget(direction: Direction): void {
    if (this.rest(direction) === NO_REST) return;
    const rest = this.ownRest(direction);
    rest.partial = null;
    rest.skip = 0;
  }
}
