import { SECRET_LABELS, type SecretLabel, type TlsSecrets } from '../wire/app/tls/tls-secrets.ts';
import { type IgnoredLines, KeyLogLines, type TakeSecret } from './key-log-lines.ts';
import { SecretTable } from './secret-table.ts';

/** Secrets that are kept: five and more of a session. They take 90 MB. */
const MOST_SECRETS = 1024 * 1024;

/**
 * Questions of a session that each read on at once: its program writes the secrets while the first packets come, and a
 * record that is dissected before is not dissected again.
 */
const URGENT = 256;
/** Sessions whose questions are counted. */
const MOST_ASKING = 1024;

/** Reads on in a key log that may have grown; called while a secret is missing. */
export type ReadOn = (add: (text: Uint8Array) => void, isUrgent: boolean) => void;

/** The secrets of TLS and QUIC sessions that key logs have told: files, and blocks of captures. They are never printed. */
export class SessionSecrets implements TlsSecrets {
  /** Lines that were taken, known before or not. */
  taken = 0;
  private readonly table: SecretTable;
  private readonly lines: KeyLogLines;
  private readonly readOn: ReadOn | null;
  /** How often secrets of a session were missing, by its random. */
  private readonly asking = new Map<string, number>();

  constructor(readOn: ReadOn | null = null, most = MOST_SECRETS) {
    this.readOn = readOn;
    this.table = new SecretTable(most);
    this.lines = new KeyLogLines(this.take);
  }

  /** Secrets that are kept. */
  get size(): number {
    return this.table.size;
  }

  /** Secrets that went because there were more. */
  get dropped(): number {
    return this.table.dropped;
  }

  /** Secrets of sessions that were met. */
  get used(): number {
    return this.table.asked;
  }

  get ignored(): IgnoredLines {
    return this.lines.ignored;
  }

  /** Takes in a piece of a key log; a line may go on in the next one. */
  add(text: Uint8Array): void {
    this.lines.add(text);
  }

  /** The key log is over, and so is its last line. */
  end(): void {
    this.lines.end();
  }

  /** Takes in a whole key log, as a capture holds it; what is wrong in it is not counted. */
  addWhole(text: Uint8Array): void {
    const lines = new KeyLogLines(this.take);
    lines.add(text);
    lines.end();
  }

  find(label: SecretLabel, clientRandom: Uint8Array): Uint8Array | null {
    const number = SECRET_LABELS.indexOf(label);
    let secret = this.table.get(number, clientRandom);
    if (secret === null && this.readOn !== null) {
      const before = this.taken;
      this.readOn((text) => this.add(text), this.isUrgent(clientRandom));
      if (this.taken > before) secret = this.table.get(number, clientRandom);
    }
    return secret;
  }

  private isUrgent(clientRandom: Uint8Array): boolean {
    const { asking } = this;
    const session = String.fromCharCode(...clientRandom);
    const times = (asking.get(session) ?? 0) + 1;
    if (times > URGENT) return false;
    if (times === 1 && asking.size === MOST_ASKING)
      for (const oldest of asking.keys()) if (asking.delete(oldest)) break;
    asking.set(session, times);
    return true;
  }

  private readonly take: TakeSecret = (label, random, secret, length) => {
    this.taken++;
    this.table.set(label, random, 0, secret, length);
  };
}
