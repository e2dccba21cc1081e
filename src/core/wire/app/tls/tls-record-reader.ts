import { APPLICATION_DATA } from './tls-record.ts';
import type { RecordCipher } from './tls-record-cipher.ts';
import type { SecretLabel, TlsSecrets } from './tls-secrets.ts';
import type { TlsSession } from './tls-session.ts';

/** Records that may be missing before one that is read. */
const MOST_MISSING = 16;
/** Records in a row that nothing opens, after which no more is tried. */
const MOST_FAILURES = 64;
const EPOCHS_OF_CLIENT: readonly SecretLabel[] = [
  'CLIENT_EARLY_TRAFFIC_SECRET',
  'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  'CLIENT_TRAFFIC_SECRET_0',
];
const EPOCHS_OF_SERVER: readonly SecretLabel[] = ['SERVER_HANDSHAKE_TRAFFIC_SECRET', 'SERVER_TRAFFIC_SECRET_0'];

/** Reads the encrypted records of one side. */
export interface RecordReader {
  /** Its type is in `contentType`; null when the record, header and all in [at, end), is not read. */
  open(bytes: Uint8Array, at: number, end: number, secrets: TlsSecrets): Uint8Array | null;
  /** A record of which bytes are missing. */
  skip(): void;
  /** Whether records of this type are encrypted. */
  reads(type: number): boolean;
  /** The side takes its next secret into use. */
  update(): void;
  /** Nothing more is tried. */
  readonly isLost: boolean;
  /** The last record did not open, although there was a key for it. */
  readonly hasFailed: boolean;
  readonly contentType: number;
}

/** Counts records, and finds the number of one that opens. */
abstract class CountingReader {
  contentType = 0;
  protected sequence = 0;
  private failures = 0;

  get isLost(): boolean {
    return this.failures >= MOST_FAILURES;
  }

  get hasFailed(): boolean {
    return this.failures > 0;
  }

  skip(): void {
    this.sequence++;
  }

  protected tryFrom(cipher: RecordCipher, first: number, tries: number, bytes: Uint8Array, at: number, end: number) {
    for (let sequence = first; sequence < first + tries; sequence++) {
      const data = cipher.open(sequence, bytes, at, end);
      if (data === null) continue;
      this.sequence = sequence + 1;
      this.failures = 0;
      return data;
    }
    return null;
  }

  protected fail(): null {
    this.failures++;
    this.sequence++;
    return null;
  }
}

/** Of TLS 1.2 and older, from a ChangeCipherSpec on. */
export class KeyBlockReader extends CountingReader implements RecordReader {
  private readonly session: TlsSession;
  private readonly isClient: boolean;
  private cipher: RecordCipher | null = null;

  constructor(session: TlsSession, isClient: boolean) {
    super();
    this.session = session;
    this.isClient = isClient;
  }

  reads(): boolean {
    return true;
  }

  update(): void {
    // TLS 1.2 has no such message
  }

  open(bytes: Uint8Array, at: number, end: number, secrets: TlsSecrets): Uint8Array | null {
    this.cipher ??= this.session.cipherOfSide(this.isClient, secrets);
    if (this.cipher === null) {
      this.sequence++;
      return null;
    }
    if (this.isLost) return null;
    this.contentType = bytes[at]!;
    return this.tryFrom(this.cipher, this.sequence, MOST_MISSING, bytes, at, end) ?? this.fail();
  }
}

/** Of TLS 1.3: early data, handshake and application data have secrets of their own, which a record tells by opening. */
export class TrafficReader extends CountingReader implements RecordReader {
  private readonly session: TlsSession;
  private readonly epochs: readonly SecretLabel[];
  private epoch = 0;
  private secret: Uint8Array | null = null;
  private cipher: RecordCipher | null = null;

  constructor(session: TlsSession, isClient: boolean) {
    super();
    this.session = session;
    this.epochs = isClient ? EPOCHS_OF_CLIENT : EPOCHS_OF_SERVER;
  }

  reads(type: number): boolean {
    return type === APPLICATION_DATA;
  }

  update(): void {
    if (this.secret === null) return;
    this.secret = this.session.nextSecret(this.secret);
    this.cipher = this.session.cipherOf(this.secret);
    this.sequence = 0;
  }

  open(bytes: Uint8Array, at: number, end: number, secrets: TlsSecrets): Uint8Array | null {
    if (this.isLost) return null;
    const { cipher, epochs } = this;
    let hadKey = cipher !== null;
    let data = cipher === null ? null : this.tryFrom(cipher, this.sequence, 1, bytes, at, end);
    for (let epoch = cipher === null ? this.epoch : this.epoch + 1; data === null && epoch < epochs.length; epoch++) {
      const label = epochs[epoch]!;
      const secret = this.session.find(label, secrets);
      if (secret === null) continue;
      for (const next of this.ciphersOf(label, secret)) {
        hadKey = true;
        data = this.tryFrom(next, 0, cipher === null ? MOST_MISSING : 1, bytes, at, end);
        if (data === null) continue;
        this.epoch = epoch;
        this.secret = secret;
        this.cipher = next;
        break;
      }
    }
    if (data === null && cipher !== null) data = this.tryFrom(cipher, this.sequence + 1, MOST_MISSING, bytes, at, end);
    if (data === null) return hadKey ? this.fail() : null;
    return this.contentOf(data);
  }

  private ciphersOf(label: SecretLabel, secret: Uint8Array): readonly RecordCipher[] {
    if (label === 'CLIENT_EARLY_TRAFFIC_SECRET') return this.session.earlyCiphersOf(secret);
    const cipher = this.session.cipherOf(secret);
    return cipher === null ? [] : [cipher];
  }

  /** RFC 8446, 5.2: the content, its type, and zeros. */
  private contentOf(data: Uint8Array): Uint8Array {
    let last = data.length - 1;
    while (last >= 0 && data[last] === 0) last--;
    this.contentType = last < 0 ? 0 : data[last]!;
    return data.subarray(0, Math.max(0, last));
  }
}
