import type { Hello } from './tls-hello.ts';
import { expandLabel, keyBlock } from './tls-key-derivation.ts';
import { AeadCipher, CbcCipher, type RecordCipher } from './tls-record-cipher.ts';
import type { SecretLabel, TlsSecrets } from './tls-secrets.ts';
import { type AeadSuite, isOfTls13, type Suite, suiteOf } from './tls-suites.ts';

/** Bytes of the version in a hello; its random follows. */
const VERSION = 2;
const RANDOM = 32;
const TLS_1_2 = 0x0303;
const TLS_1_3 = 0x0304;
const NONCE = 12;
/** What the keys of GCM and CCM give of a nonce before TLS 1.3. */
const IMPLICIT = 4;
const AES_BLOCK = 16;
const MAC_LENGTHS = { sha1: 20, sha256: 32, sha384: 48 } as const;
const ENCRYPT_THEN_MAC = 22;

/** The two hellos of a handshake, as far as keys depend on them. */
export class TlsSession {
  readonly clientRandom: Uint8Array;
  /** What the client offers: early data come before the server has chosen. */
  readonly offers: readonly number[];
  private serverRandom: Uint8Array | null = null;
  private suite: Suite | undefined;
  private version = 0;
  private macIsLast = false;
  private block: Uint8Array | null = null;

  /** Begins with the body of a ClientHello at `start`, whose random is there. */
  constructor(bytes: Uint8Array, start: number, hello: Hello) {
    this.clientRandom = bytes.slice(start + VERSION, start + VERSION + RANDOM);
    this.offers = hello.ciphers.filter(isOfTls13);
  }

  /** Whether the ClientHello whose body is at `start` has the same random. */
  isOf(bytes: Uint8Array, start: number): boolean {
    return Buffer.compare(bytes.subarray(start + VERSION, start + VERSION + RANDOM), this.clientRandom) === 0;
  }

  /** The server's hello was seen. */
  get isChosen(): boolean {
    return this.serverRandom !== null;
  }

  /** What the server chose is read here, given the secrets. */
  get isReadable(): boolean {
    const { suite, version } = this;
    if (suite === undefined || version <= 0x0300) return false;
    return version >= TLS_1_2 || suite.kind === 'cbc';
  }

  /** What the server chose, in the body of its hello at `start`. */
  choose(bytes: Uint8Array, start: number, hello: Hello): void {
    this.serverRandom = bytes.slice(start + VERSION, start + VERSION + RANDOM);
    this.suite = suiteOf(hello.ciphers[0] ?? 0);
    this.version = hello.versions[0] ?? hello.legacyVersion;
    this.macIsLast = hello.extensions.includes(ENCRYPT_THEN_MAC);
    this.block = null;
  }

  /** TLS 1.3: what reads records under this secret; none while it, or the suite, is not known. */
  cipherOf(secret: Uint8Array): RecordCipher | null {
    const { suite } = this;
    return suite === undefined || suite.kind === 'cbc' || this.version < TLS_1_3 ? null : cipherOf(suite, secret);
  }

  /** What may read early data under their secret: any suite offered whose hash is as long. */
  earlyCiphersOf(secret: Uint8Array): RecordCipher[] {
    const suites = this.offers.map(suiteOf).filter((suite) => suite !== undefined && suite.kind !== 'cbc');
    return suites.filter(({ hash }) => MAC_LENGTHS[hash] === secret.length).map((suite) => cipherOf(suite, secret));
  }

  /** The next generation of a secret (RFC 8446, 7.2). */
  nextSecret(secret: Uint8Array): Uint8Array {
    return expandLabel(this.suite?.hash ?? 'sha256', secret, 'traffic upd', secret.length);
  }

  /** TLS 1.2 and older: what reads the records of one side; null while the master secret or the suite is not known. */
  cipherOfSide(isClient: boolean, secrets: TlsSecrets): RecordCipher | null {
    const { suite, serverRandom, version } = this;
    if (suite === undefined || serverRandom === null || version > TLS_1_2 || version <= 0x0300) return null;
    if (version < TLS_1_2 && suite.kind !== 'cbc') return null;
    const macLength = suite.kind === 'cbc' ? MAC_LENGTHS[suite.mac] : 0;
    const ivLength = suite.kind === 'cbc' ? AES_BLOCK : suite.kind === 'chacha20' ? NONCE : IMPLICIT;
    const { keyLength } = suite;
    if (this.block === null) {
      const master = secrets.find('CLIENT_RANDOM', this.clientRandom);
      if (master === null) return null;
      const length = 2 * (macLength + keyLength + ivLength);
      this.block = keyBlock(suite.hash, version < TLS_1_2, master, serverRandom, this.clientRandom, length);
    }
    const side = isClient ? 0 : 1;
    const piece = (from: number, length: number): Uint8Array =>
      this.block!.slice(from + side * length, from + (side + 1) * length);
    const macKey = piece(0, macLength);
    const key = piece(2 * macLength, keyLength);
    const iv = piece(2 * (macLength + keyLength), ivLength);
    if (suite.kind === 'cbc') return new CbcCipher(suite, key, macKey, iv, version, this.macIsLast);
    const whole = new Uint8Array(NONCE);
    whole.set(iv);
    return new AeadCipher(suite, key, whole, false);
  }

  find(label: SecretLabel, secrets: TlsSecrets): Uint8Array | null {
    return secrets.find(label, this.clientRandom);
  }
}

function cipherOf(suite: AeadSuite, secret: Uint8Array): RecordCipher {
  const key = expandLabel(suite.hash, secret, 'key', suite.keyLength);
  return new AeadCipher(suite, key, expandLabel(suite.hash, secret, 'iv', NONCE), true);
}
