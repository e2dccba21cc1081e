import type { Direction } from '../../direction.ts';
import type { Packet } from '../../packet.ts';
import type { Secrecy } from '../plaintext-listener.ts';
import {
  ENCRYPTED_EXTENSIONS,
  type Hello,
  isHelloRetryRequest,
  readAlpnChoice,
  readClientHello,
  readServerHello,
} from './tls-hello.ts';
import { PlaintextStreams } from './tls-plaintext.ts';
import { CLIENT_HELLO, SERVER_HELLO } from './tls-record.ts';
import { KeyBlockReader, TrafficReader } from './tls-record-reader.ts';
import { TlsSession } from './tls-session.ts';
import type { TlsState } from './tls-state.ts';

const KEY_UPDATE = 24;
/** Version and random. */
const SHORTEST_HELLO = 34;

/** From here on the side of the packet encrypts; `sender` is 1 for A and 2 for B. */
export function changeCipher(packet: Packet, state: TlsState, sender: number): void {
  state.encrypted |= sender;
  const { session } = state;
  // in TLS 1.3 it means nothing; before the server's hello it precedes early data of that
  if (session === null || state.isTls13 || !session.isChosen) return;
  state.setReader(packet.direction, new KeyBlockReader(session, packet.direction === state.client));
}

/** Why the record that was just looked at was not decrypted. */
export function secrecyOf(state: TlsState, direction: Direction, isCut: boolean): Secrecy {
  const { session } = state;
  const reader = state.reader(direction);
  if (session === null || !session.isChosen || reader === null) return 'no hello';
  if (!session.isReadable) return 'suite';
  if (isCut) return 'cut';
  return reader.hasFailed ? 'wrong secret' : 'no secret';
}

/** What keys depend on in a handshake message whose body is [start, end). */
export function noteForKeys(packet: Packet, state: TlsState, type: number, start: number, end: number): void {
  const { bytes, direction } = packet;
  if (type === CLIENT_HELLO) {
    const hello = readClientHello(bytes, start, end, false);
    if (hello === null || end - start < SHORTEST_HELLO) return;
    // a second hello after HelloRetryRequest begins no session (RFC 8446, 4.1.2)
    if (state.session?.isOf(bytes, start) === true) return;
    state.session = new TlsSession(bytes, start, hello);
    state.client = direction;
    // early data follow at once
    if (state.encrypted === 0) state.setReader(direction, new TrafficReader(state.session, true));
  } else if (type === SERVER_HELLO) {
    const hello = readServerHello(bytes, start, end);
    if (hello !== null && state.session !== null && !isHelloRetryRequest(bytes, start, end)) {
      takeServerHello(state, bytes, start, hello, direction);
    }
  } else if (type === KEY_UPDATE && state.isTls13) state.reader(direction)?.update();
  else if (type === ENCRYPTED_EXTENSIONS && state.isTls13) {
    chooseAlpn(state, readAlpnChoice(bytes, start, end));
  }
}

function takeServerHello(state: TlsState, bytes: Uint8Array, start: number, hello: Hello, direction: Direction): void {
  const session = state.session!;
  session.choose(bytes, start, hello);
  if (state.isTls13) state.setReader(direction, new TrafficReader(session, false));
  else if ((state.encrypted & (1 << state.client)) === 0) state.setReader(state.client, null);
  chooseAlpn(state, hello.alpn[0] ?? null);
}

function chooseAlpn(state: TlsState, alpn: string | null): void {
  if (alpn === null) return;
  state.plaintext ??= new PlaintextStreams();
  state.plaintext.alpn = alpn;
}
