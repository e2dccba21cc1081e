import { AgedMap } from '../../aged-map.ts';
import { latin1, u24 } from '../../bytes.ts';
import type { Direction } from '../../direction.ts';
import type { Flow } from '../../flow.ts';
import type { Packet } from '../../packet.ts';
import { Pieces, PiecesTable } from '../../pieces.ts';
import type { Dissection } from '../../protocol.ts';
import { ConnectionHello } from '../tls/hello-message.ts';
import { ENCRYPTED_EXTENSIONS, readAlpnChoice, readClientHello } from '../tls/tls-hello.ts';
import { HANDSHAKE_HEADER, LONGEST_HELLO } from '../tls/tls-record.ts';
import type { TlsSecrets } from '../tls/tls-secrets.ts';
import type { QuicApplication } from './quic-application.ts';
import { CRYPTO, eachFrame, NEW_CONNECTION_ID, type QuicFrame } from './quic-frames.ts';
import type { OpenedPacket } from './quic-keys.ts';
import { noteOpened, type OpenedQuic } from './quic-opened.ts';
import { QuicRoutes, type Route } from './quic-routes.ts';
import { type QuicLevel, QuicSession } from './quic-session.ts';
import type { QuicStream } from './quic-stream.ts';
import type { QuicVersion } from './quic-version.ts';

/** Connections that are remembered; the oldest give way. */
const MOST_SESSIONS = 1024;
/** Directions of streams that are remembered, of all connections. */
const MOST_STREAMS = 65_536;
const RANDOM = 2;
const RANDOM_BYTES = 32;
/** What waits of streams for the rest of a frame, or for what comes before it. */
const LIMITS = { most: 16_384, mostBytes: 64 * 1024 * 1024, longest: 2 * LONGEST_HELLO, seconds: 60 };
/** Two numbers for each piece that waits behind a gap. */
const MOST_PLACES = 512;

/** Of a hello that was read: of which connection, and the ids that its packets told. */
export interface ToldHello {
  readonly connection: object;
  readonly version: QuicVersion;
  readonly toClient: string | null;
  readonly toServer: readonly (string | null)[];
  readonly flow: Flow;
  readonly client: Direction;
}

const tables = new WeakMap<Dissection, QuicSessions>();
let hasTables = false;

/** Whether any dissection has secrets: without, no datagram is looked at for an id of a session. */
export const hasSessions = (): boolean => hasTables;

/** The sessions of a dissection that has secrets. */
export class QuicSessions {
  /** Those that the dissection has at the time: a capture may tell more. */
  private readonly secrets: TlsSecrets;
  readonly application: QuicApplication;
  private readonly sessions = new AgedMap<QuicSession, QuicSession>(MOST_SESSIONS);
  private readonly ofConnection = new WeakMap<object, QuicSession>();
  private readonly ofFlow = new WeakMap<Flow, { readonly session: QuicSession; readonly client: Direction }>();
  private readonly routes = new QuicRoutes();
  private readonly streams = new AgedMap<QuicStream, QuicStream>(MOST_STREAMS);
  private readonly pieces = new PiecesTable<object, Pieces>(LIMITS, (since) => new Pieces(since));

  constructor(secrets: TlsSecrets, application: QuicApplication) {
    this.secrets = secrets;
    this.application = application;
  }

  /** Null without secrets. */
  static of(dissection: Dissection, make: () => QuicApplication): QuicSessions | null {
    if (dissection.secrets === null) return null;
    const known = tables.get(dissection);
    if (known !== undefined) return known;
    const sessions = new QuicSessions(
      { find: (label, random) => dissection.secrets?.find(label, random) ?? null },
      make(),
    );
    tables.set(dissection, sessions);
    hasTables = true;
    return sessions;
  }

  /** A ClientHello, whose body lies in [start, end). */
  begin(
    { connection, version, toClient, toServer, flow, client }: ToldHello,
    hello: Uint8Array,
    start: number,
    end: number,
  ): void {
    if (start + RANDOM + RANDOM_BYTES > end) return;
    let session = this.ofConnection.get(connection);
    if (session === undefined) {
      const random = hello.slice(start + RANDOM, start + RANDOM + RANDOM_BYTES);
      session = new QuicSession(connection, version, random, this.secrets);
      session.offered = this.application.offered(readClientHello(hello, start, end, false)?.alpn ?? []);
      this.ofConnection.set(connection, session);
      this.forget(this.sessions.add(session, session));
    }
    this.ofFlow.set(flow, { session, client });
    this.route(session, false, toClient);
    for (const id of toServer) this.route(session, true, id);
  }

  /** A ServerHello with this cipher. */
  agree({ connection, version, toServer }: ToldHello, cipher: number): void {
    const session = this.ofConnection.get(connection);
    if (session === undefined) return;
    session.agree(version, cipher);
    for (const id of toServer) this.route(session, true, id);
  }

  /** Whether the datagram is for an id of a session that came from elsewhere, as it may after a migration. */
  knows({ bytes, offset, end }: Packet): boolean {
    return this.routes.find(bytes, offset, end) !== null;
  }

  /** Opens a packet with a long header, whose payload lies in [number, end). */
  readLong(packet: Packet, layer: number, level: QuicLevel, type: string, number: number, end: number): void {
    const { bytes, offset: start } = packet;
    const id = start + 6;
    const idEnd = id + bytes[start + 5]!;
    const destination = latin1(bytes, id, idEnd);
    const route = this.routes.of(destination) ?? this.routeOfFlow(packet);
    if (route === null || (idEnd === id && route.session.ids[route.toServer ? 1 : 0].length > 0)) return;
    const opened = route.session.open(level, route.toServer, bytes, start, number, end);
    if (opened === null) return;
    const source = latin1(bytes, idEnd + 1, idEnd + 1 + bytes[idEnd]!);
    this.take(packet, layer, route, level, opened, type, destination, source);
  }

  /** Opens a packet with a short header, which has the rest of the datagram. */
  readShort(packet: Packet, layer: number): void {
    const { bytes, offset: start, end } = packet;
    if (packet.reportedEnd > end) return; // its tag is not there
    const found = this.routes.find(bytes, start, end);
    const route = found ?? this.routeOfFlow(packet);
    if (route === null) return;
    const destination = found === null ? '' : this.routes.found;
    const number = start + 1 + destination.length;
    const opened = route.session.open('application', route.toServer, bytes, start, number, end);
    if (opened === null) return;
    this.take(packet, layer, route, 'application', opened, '', destination, null);
  }

  /** For packets without an id: the last connection that began between the endpoints. */
  private routeOfFlow({ flow, direction }: Packet): Route | null {
    const known = flow === null ? undefined : this.ofFlow.get(flow);
    return known === undefined ? null : { session: known.session, toServer: direction === known.client };
  }

  private take(
    packet: Packet,
    layer: number,
    { session, toServer }: Route,
    level: QuicLevel,
    { plain, number, keyPhase }: OpenedPacket,
    type: string,
    destination: string,
    source: string | null,
  ): void {
    const opened: OpenedQuic = { type, destination, source, number, keyPhase, plain, carried: [] };
    if (layer >= 0) {
      packet.layerBytes[layer] = plain;
      packet.layerStart[layer] = 0;
      packet.layerEnd[layer] = plain.length;
      noteOpened(packet, layer, opened);
    }
    eachFrame(plain, (frame) => {
      if (frame.isStream && level !== 'handshake') this.takeStream(packet, session, toServer, opened, frame);
      else if (frame.type === CRYPTO && level === 'handshake' && !toServer)
        this.takeCrypto(packet, session, plain, frame);
      else if (frame.type === NEW_CONNECTION_ID && level === 'application') {
        this.route(session, !toServer, latin1(plain, frame.start, frame.end));
      }
    });
  }

  private takeStream(
    packet: Packet,
    session: QuicSession,
    ofClient: boolean,
    opened: OpenedQuic,
    frame: QuicFrame,
  ): void {
    const { start, end, offset } = frame;
    const stream = session.stream(frame.values[0]!, ofClient, this.streams);
    if (stream === null || offset + end - start > Number.MAX_SAFE_INTEGER) return;
    const { plain } = opened;
    if (session.alpn !== null) this.application.layer(stream, opened, start, end, offset);
    this.receive(packet, stream, plain, start, end, offset);
  }

  /** Takes data of a stream in, and reads what is there without a gap. */
  private receive(
    packet: Packet,
    stream: QuicStream,
    bytes: Uint8Array,
    start: number,
    end: number,
    offset: number,
  ): void {
    const known = Math.max(0, stream.base - offset);
    if (stream.isGivenUp || known >= end - start) return;
    const from = start + known;
    let waiting = this.pieces.get(stream);
    if (waiting === undefined && offset + known === stream.base && stream.session.protocol !== null) {
      const base = stream.base;
      this.read(packet, stream, bytes, from, end);
      const left = base + end - from - stream.base;
      if (left > 0 && !stream.isGivenUp) this.hold(stream, bytes, end - left, 0, left, packet.seconds);
      return;
    }
    this.hold(stream, bytes, from, offset + known - stream.base, end - from, packet.seconds);
    waiting = this.pieces.get(stream);
    if (waiting !== undefined && stream.session.protocol !== null) this.readWaiting(packet, stream, waiting);
  }

  private readWaiting(packet: Packet, stream: QuicStream, waiting: Pieces): void {
    const { bytes, filled, places, since } = waiting;
    if (filled === 0) return;
    const base = stream.base;
    this.read(packet, stream, bytes, 0, filled);
    const used = stream.base - base;
    if (used === 0 && !stream.isGivenUp) return;
    this.pieces.drop(stream);
    for (let index = 0; index < places.length && !stream.isGivenUp; index += 2) {
      const start = Math.max(used, places[index]!);
      if (places[index + 1]! > start) this.hold(stream, bytes, start, start - used, places[index + 1]! - start, since);
    }
    // what is of no interest may have ended in what waited behind a gap
    const rest = used > filled ? this.pieces.get(stream) : undefined;
    if (rest !== undefined) this.readWaiting(packet, stream, rest);
  }

  /** Reads what came before it was known what it is. */
  private readEarly(packet: Packet, stream: QuicStream): void {
    const early = this.pieces.get(stream);
    if (early !== undefined) this.readWaiting(packet, stream, early);
  }

  private read(packet: Packet, stream: QuicStream, bytes: Uint8Array, start: number, end: number): void {
    stream.base += this.application.read(packet, stream, bytes, start, end);
    if (!Number.isSafeInteger(stream.base)) stream.isGivenUp = true;
    if (stream.isGivenUp) this.pieces.drop(stream);
  }

  private hold(
    stream: QuicStream,
    bytes: Uint8Array,
    from: number,
    place: number,
    length: number,
    seconds: number,
  ): void {
    const waiting = this.pieces.at(stream, seconds);
    if (waiting.places.length < MOST_PLACES && this.pieces.put(waiting, bytes, from, place, length)) return;
    stream.isGivenUp = true;
    this.pieces.drop(stream);
  }

  /** What the server says behind its hello: first of all its choices. */
  private takeCrypto(packet: Packet, session: QuicSession, plain: Uint8Array, { start, end, offset }: QuicFrame): void {
    if (session.alpn !== null || offset + end - start > LONGEST_HELLO) return;
    const waiting = this.pieces.at(session.serverCrypto, packet.seconds);
    if (waiting.places.length >= MOST_PLACES) return;
    this.pieces.put(waiting, plain, start, offset, end - start);
    const { bytes, filled } = waiting;
    if (filled < HANDSHAKE_HEADER) return;
    const message = HANDSHAKE_HEADER + u24(bytes, 1);
    if (bytes[0] === ENCRYPTED_EXTENSIONS && filled < message) return;
    this.pieces.drop(session.serverCrypto);
    session.alpn = '';
    if (bytes[0] !== ENCRYPTED_EXTENSIONS) return;
    session.alpn = readAlpnChoice(bytes, HANDSHAKE_HEADER, message) ?? '';
    const { bytes: frame } = packet;
    packet.bytes = bytes;
    const told = packet.message(this.application.quic.id, HANDSHAKE_HEADER, message);
    told.detail = new ConnectionHello(ENCRYPTED_EXTENSIONS, session.connection);
    packet.bytes = frame;
    for (const stream of session.streams[1].values()) this.readEarly(packet, stream);
    packet.turn(); // the client's
    for (const stream of session.streams[0].values()) this.readEarly(packet, stream);
    packet.turn();
  }

  private route(session: QuicSession, toServer: boolean, id: string | null): void {
    if (this.sessions.has(session)) this.routes.add(session, toServer, id);
  }

  private forget(session: QuicSession | undefined): void {
    if (session === undefined) return;
    this.routes.forget(session);
    for (const own of session.streams) {
      for (const stream of own.values()) {
        this.streams.delete(stream);
        this.pieces.drop(stream);
      }
    }
    this.pieces.drop(session.serverCrypto);
  }
}
