import { latin1, startsWith } from '../../bytes.ts';
import type { Direction } from '../../direction.ts';
import type { Packet } from '../../packet.ts';
import { ConnectionHello } from '../tls/hello-message.ts';
import type { HelloPieces } from '../tls/hello-pieces.ts';
import { isHelloRetryRequest, readServerHello } from '../tls/tls-hello.ts';
import { CLIENT_HELLO, SERVER_HELLO } from '../tls/tls-record.ts';
import { CryptoStream } from './quic-crypto-stream.ts';
import { decryptInitial, initialKeys } from './quic-initial.ts';
import type { QuicSessions } from './quic-sessions.ts';
import type { QuicVersion } from './quic-version.ts';

/** Initial packets of a connection that are decrypted, at most, in search of its hellos. */
const MOST_INITIALS = 32;
/** Where the length of the destination id stands (RFC 9000, 17.2). */
const DESTINATION = 5;

/** An Initial packet: header in [start, number), packet number and payload in [number, end). */
export interface Initial {
  readonly version: QuicVersion;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly number: number;
  readonly end: number;
  readonly direction: Direction;
}

/** What takes the hellos. */
export interface HelloReader {
  readonly packet: Packet;
  readonly hellos: HelloPieces;
  /** Id of the protocol of the messages. */
  readonly protocol: number;
  /** What decrypts the packets that follow; null without keys. */
  readonly sessions: QuicSessions | null;
}

/**
 * One QUIC connection, from its first Initial packet until its hellos were found. Its keys are made of the destination id
 * that the client chose first, in whichever version a packet is (RFC 9001, 5.2; RFC 9369, 4.1). They are not kept here,
 * since few packets are read and many connections remembered.
 */
export class QuicConnection {
  /** The direction in which the client sends. */
  private readonly client: Direction;
  private readonly version: QuicVersion;
  /** The destination id the client chose first, and the ids that client and server chose for themselves. */
  private readonly firstId: string;
  private readonly clientId: string;
  private serverId: string | null = null;
  /** The version that the server chose, if it did not keep that of the client (RFC 9368, 2.3). */
  private chosen: QuicVersion | null = null;
  private initials = 0;
  private readonly clientStream = new CryptoStream(CLIENT_HELLO);
  /** Null until a packet of the server is read: of many connections only the client's are seen. */
  private serverStream: CryptoStream | null = null;
  private clientHellos = 0;
  /** The server asked for another ClientHello. */
  private retried = false;
  private isAnswered = false;
  private isGivenUp = false;

  /** The connection that the client begins with `initial`. */
  constructor({ version, bytes, start, direction }: Initial) {
    this.client = direction;
    this.version = version;
    this.firstId = idAt(bytes, start + DESTINATION);
    this.clientId = idAt(bytes, sourceOf(bytes, start));
  }

  /** Whether the ids and the version are those of this connection. */
  owns({ version, bytes, start, direction }: Initial): boolean {
    if (direction !== this.client) return hasId(bytes, start + DESTINATION, this.clientId);
    // after a Version Negotiation the client begins anew, and may keep the id
    if (version !== this.version && version !== this.chosen) return false;
    return hasId(bytes, start + DESTINATION, this.firstId) || hasId(bytes, start + DESTINATION, this.serverId);
  }

  /** Whether it may be of this one though its ids are not: packets that tell them were not seen. */
  mayOwn({ version, direction }: Initial): boolean {
    return direction !== this.client || (this.serverId === null && version === this.version);
  }

  /** Whether it is the server's, and has to wait until the hello that it answers was found. */
  isEarly({ direction }: Initial): boolean {
    return direction !== this.client && !this.isGivenUp && this.clientHellos === 0;
  }

  /** Whether hellos of its side are still to be found. */
  awaits({ direction }: Initial): boolean {
    if (this.isGivenUp || this.initials >= MOST_INITIALS) return false;
    return direction === this.client ? this.awaitsClient : this.awaitsServer;
  }

  /** Reads a packet; true when the keys fit. */
  read(initial: Initial, into: HelloReader): boolean {
    const ofClient = initial.direction === this.client;
    this.initials++;
    const plain = this.decrypt(initial, ofClient);
    if (plain === null) return false;
    const { bytes, start, version } = initial;
    if (!ofClient) {
      this.serverId = idAt(bytes, sourceOf(bytes, start));
      if (version !== this.version) this.chosen = version;
    }
    const { hellos, packet } = into;
    if (!ofClient) this.serverStream ??= new CryptoStream(SERVER_HELLO);
    const stream = ofClient || this.serverStream === null ? this.clientStream : this.serverStream;
    const isHandshake = stream.addFrames(plain, version.cryptoFrame, hellos, packet.seconds, (from, at, end) => {
      this.count(ofClient, from, at, end);
      this.tell(into, initial, ofClient ? CLIENT_HELLO : SERVER_HELLO, from, at, end);
      return ofClient ? this.awaitsClient : this.awaitsServer;
    });
    if (!isHandshake) this.isGivenUp = true;
    if (this.isGivenUp || !this.awaitsClient) hellos.drop(this.clientStream);
    if ((this.isGivenUp || this.isAnswered) && this.serverStream !== null) hellos.drop(this.serverStream);
    return true;
  }

  /** Nothing more is read for it. */
  forget(hellos: HelloPieces): void {
    hellos.drop(this.clientStream);
    if (this.serverStream !== null) hellos.drop(this.serverStream);
  }

  /** A message for the packet that completed it, which may be one of the other side: packets that wait are read late. */
  private tell(into: HelloReader, initial: Initial, type: number, bytes: Uint8Array, start: number, end: number): void {
    const { packet } = into;
    const { bytes: frame, direction } = packet;
    packet.bytes = bytes;
    packet.direction = initial.direction;
    packet.message(into.protocol, start, end).detail = new ConnectionHello(type, this);
    packet.handshake(type);
    if (into.sessions !== null) this.tellSessions(into.sessions, packet, initial, type, start, end);
    packet.bytes = frame;
    packet.direction = direction;
  }

  /** Ids and hellos tell the keys of what follows. */
  private tellSessions(
    sessions: QuicSessions,
    { bytes, flow }: Packet,
    { version }: Initial,
    type: number,
    start: number,
    end: number,
  ): void {
    if (flow === null) return;
    const told = {
      connection: this,
      version,
      toClient: this.clientId,
      toServer: [this.firstId, this.serverId],
      flow,
      client: this.client,
    };
    if (type === CLIENT_HELLO) sessions.begin(told, bytes, start, end);
    else sessions.agree(told, readServerHello(bytes, start, end)?.ciphers[0] ?? -1);
  }

  private count(ofClient: boolean, bytes: Uint8Array, start: number, end: number): void {
    if (ofClient) this.clientHellos++;
    else if (isHelloRetryRequest(bytes, start, end)) this.retried = true;
    else this.isAnswered = true;
  }

  private get awaitsClient(): boolean {
    return this.clientHellos < (this.isAnswered && !this.retried ? 1 : 2);
  }

  private get awaitsServer(): boolean {
    return !this.isAnswered && this.clientHellos > 0;
  }

  private decrypt({ version, bytes, start, number, end }: Initial, ofClient: boolean): Uint8Array | null {
    const keys = initialKeys(version, this.firstId, ofClient);
    return decryptInitial(keys, bytes, start, number, end);
  }
}

/** Where the length of the source id stands. */
const sourceOf = (bytes: Uint8Array, start: number): number => start + DESTINATION + 1 + bytes[start + DESTINATION]!;

/** The id whose length stands at `at`, a character a byte: it takes a sixth of an array. */
const idAt = (bytes: Uint8Array, at: number): string => latin1(bytes, at + 1, at + 1 + bytes[at]!);

const hasId = (bytes: Uint8Array, at: number, id: string | null): boolean =>
  id !== null && bytes[at] === id.length && startsWith(bytes, at + 1, bytes.length, id);
