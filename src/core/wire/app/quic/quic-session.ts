import type { AgedMap } from '../../aged-map.ts';
import { keyedNumber } from '../../keyed-number.ts';
import type { SecretLabel, TlsSecrets } from '../tls/tls-secrets.ts';
import { type OpenedPacket, PacketKeys } from './quic-keys.ts';
import { QuicStream, type StreamOwner } from './quic-stream.ts';
import type { QuicVersion } from './quic-version.ts';

/** Packets without a key that may look for its secret again: a key log that is being written may tell it late. */
const MOST_LOOKS = 64;
/** Packets in a row that no keys of 0-RTT fit, until no more are tried. */
const MOST_EARLY_MISSES = 32;
/** Cipher suites of TLS 1.3, of which 0-RTT packets do not tell theirs: it was agreed on in a session before. */
const CIPHERS = [0x1301, 0x1302, 0x1303];
const LARGEST_ID = 2 ** 32;

export type QuicLevel = 'early' | 'handshake' | 'application';
const LABELS: Readonly<Record<QuicLevel, readonly [client: SecretLabel, server: SecretLabel | null]>> = {
  early: ['CLIENT_EARLY_TRAFFIC_SECRET', null],
  handshake: ['CLIENT_HANDSHAKE_TRAFFIC_SECRET', 'SERVER_HANDSHAKE_TRAFFIC_SECRET'],
  application: ['CLIENT_TRAFFIC_SECRET_0', 'SERVER_TRAFFIC_SECRET_0'],
};

/** One QUIC connection whose client's random is known: its keys, and what its streams carry. */
export class QuicSession implements StreamOwner {
  /** What messages of its handshake tell as their connection. */
  readonly connection: object;
  /** The keys of its ids in the table of ids: those by which the client is addressed, and the server. */
  readonly ids: readonly [toClient: string[], toServer: string[]] = [[], []];
  cipher = -1;
  /** The protocol that the server chose: an empty text for none, null while that is not known. */
  alpn: string | null = null;
  /** What a client without an answer is taken to speak, as in 0-RTT packets; null where it leaves a choice. */
  offered: string | null = null;
  /** What waits of the server's CRYPTO stream is kept by this. */
  readonly serverCrypto: object = {};
  readonly streams: readonly [ofClient: Map<number, QuicStream>, ofServer: Map<number, QuicStream>] = [
    new Map(),
    new Map(),
  ];
  private version: QuicVersion;
  private readonly random: Uint8Array;
  /** By level and side. */
  private readonly keys = {
    early: null as PacketKeys | null,
    handshake: [null, null] as [ofClient: PacketKeys | null, ofServer: PacketKeys | null],
    application: [null, null] as [ofClient: PacketKeys | null, ofServer: PacketKeys | null],
  };
  private readonly secrets: TlsSecrets;
  private looks = 0;
  private earlyMisses = 0;
  private lastEarly = -1;

  constructor(connection: object, version: QuicVersion, random: Uint8Array, secrets: TlsSecrets) {
    this.connection = connection;
    this.version = version;
    this.random = random;
    this.secrets = secrets;
  }

  /** What streams carry, as far as it is known. */
  get protocol(): string | null {
    return this.alpn ?? this.offered;
  }

  /** The server chose these. */
  agree(version: QuicVersion, cipher: number): void {
    this.version = version;
    this.cipher = cipher;
  }

  /** Opens a packet of the client or the server; null when no keys fit. */
  open(
    level: QuicLevel,
    ofClient: boolean,
    bytes: Uint8Array,
    start: number,
    number: number,
    end: number,
  ): OpenedPacket | null {
    if (level === 'early') return ofClient ? this.openEarly(bytes, start, number, end) : null;
    const keys = this.keysOf(level, ofClient);
    return keys === null ? null : keys.open(bytes, start, number, end);
  }

  /** The direction of a stream, a new one unless it is known; null for an id that is too large. */
  stream(id: number, ofClient: boolean, all: AgedMap<QuicStream, QuicStream>): QuicStream | null {
    if (id >= LARGEST_ID) return null;
    const own = this.streams[ofClient ? 0 : 1];
    const key = keyedNumber(id);
    const known = own.get(key);
    if (known !== undefined) return known;
    const stream = new QuicStream(this, id, ofClient);
    own.set(key, stream);
    all.add(stream, stream)?.leave();
    return stream;
  }

  /** Forgets a direction of a stream. */
  drop({ id, ofClient }: QuicStream): void {
    this.streams[ofClient ? 0 : 1].delete(keyedNumber(id));
  }

  private keysOf(level: 'handshake' | 'application', ofClient: boolean): PacketKeys | null {
    const own = this.keys[level];
    const side = ofClient ? 0 : 1;
    const known = own[side];
    if (known !== null) return known;
    if (this.cipher < 0 || this.looks >= MOST_LOOKS) return null;
    this.looks++;
    const secret = this.secrets.find(LABELS[level][side]!, this.random);
    const keys = PacketKeys.of(this.cipher, this.version, secret);
    if (keys === null) return null;
    if (level === 'application' && ofClient) keys.continueFrom(this.lastEarly);
    own[side] = keys;
    return keys;
  }

  private openEarly(bytes: Uint8Array, start: number, number: number, end: number): OpenedPacket | null {
    if (this.earlyMisses >= MOST_EARLY_MISSES) return null;
    const known = this.keys.early;
    const opened = known === null ? this.tryEarly(bytes, start, number, end) : known.open(bytes, start, number, end);
    if (opened === null) this.earlyMisses++;
    else {
      this.earlyMisses = 0;
      this.lastEarly = Math.max(this.lastEarly, opened.number);
    }
    return opened;
  }

  private tryEarly(bytes: Uint8Array, start: number, number: number, end: number): OpenedPacket | null {
    const secret = this.secrets.find(LABELS.early[0], this.random);
    for (const cipher of CIPHERS) {
      const keys = PacketKeys.of(cipher, this.version, secret);
      const opened = keys?.open(bytes, start, number, end) ?? null;
      if (keys === null || opened === null) continue;
      this.keys.early = keys;
      return opened;
    }
    return null;
  }
}
