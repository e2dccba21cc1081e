import { u16 } from '../bytes.ts';
import { dissectByContent } from '../dissect-by-content.ts';
import type { Flow } from '../flow.ts';
import type { Packet } from '../packet.ts';
import { type Dissection, protocol } from '../protocol.ts';
import { InnerStream } from './inner-stream.ts';

// RFC 1928; "SOCKS: A protocol for TCP proxy across firewalls" for version 4: version (1), command (1), port (2), address (4).
const PORT = 1080;
const VERSION_4 = 4;
const VERSION_5 = 5;
const USER_AND_PASSWORD = 2;
const REPLY_4 = 8;
/** RFC 1928, 4: the kinds of address, and where the port follows. */
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;

/** What comes next: a client's first words, answers to them, then what is relayed; `unknown` when they were other words. */
type Step = 'unknown' | 'greeting' | 'method' | 'password' | 'password answer' | 'request' | 'reply' | 'relayed';

class SocksState {
  step: Step = 'greeting';
  /** Where the client wants to go: that port tells what is relayed. */
  port = 0;
  readonly inner = new InnerStream();
}

export const socks = protocol({
  name: 'socks',
  title: 'Socks',
  about: 'Socks Protocol',
  tcpPorts: [PORT],
  segment(packet: Packet, dissection: Dissection): boolean {
    const flow = packet.flow!;
    let state = flow.applicationState;
    if (!(state instanceof SocksState)) {
      state = new SocksState();
      flow.applicationState = state;
      flow.application = socks;
    }
    packet.push(socks.id);
    const known = state as SocksState;
    if (known.step !== 'relayed') packet.offset = advance(known, packet);
    if (known.step === 'relayed' && packet.offset < packet.end) relay(packet, dissection, flow, known);
    return true;
  },
  info: (packet, layer) => `Version: ${packet.layerBytes[layer]![packet.layerStart[layer]!] === VERSION_4 ? 4 : 5}`,
});

/** Takes in one message; where what is relayed begins behind it, or the end. */
function advance(state: SocksState, packet: Packet): number {
  const { bytes, offset, end } = packet;
  const fromClient = packet.dstPort === PORT;
  if (fromClient && state.step === 'greeting') {
    const version = bytes[offset];
    state.step = version === VERSION_4 ? 'reply' : version === VERSION_5 ? 'method' : 'unknown';
    if (version === VERSION_4 && end - offset >= 4) state.port = u16(bytes, offset + 2);
  } else if (!fromClient && state.step === 'method') {
    state.step = end - offset > 1 && bytes[offset + 1] === USER_AND_PASSWORD ? 'password' : 'request';
  } else if (fromClient && state.step === 'password') state.step = 'password answer';
  else if (!fromClient && state.step === 'password answer') state.step = 'request';
  else if (fromClient && state.step === 'request') {
    state.step = 'reply';
    state.port = portIn(bytes, offset, end);
  } else if (!fromClient && state.step === 'reply') {
    state.step = 'relayed';
    return Math.min(end, offset + replyLength(bytes, offset, end));
  }
  return end;
}

/** A reply of version 4, which begins with 0, has a fixed length; that of version 5 ends as a request does. */
function replyLength(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] === 0) return REPLY_4;
  const address = end - start < 5 ? 0 : addressLength(bytes, start);
  return address === 0 ? end - start : 4 + address + 2;
}

function addressLength(bytes: Uint8Array, start: number): number {
  const kind = bytes[start + 3];
  return kind === IPV4 ? 4 : kind === IPV6 ? 16 : kind === NAME ? 1 + bytes[start + 4]! : 0;
}

/** The port of a request of version 5, behind the address; 0 when it is not there. */
function portIn(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 5) return 0;
  const length = addressLength(bytes, start);
  const at = start + 4 + length;
  return length > 0 && at + 2 <= end ? u16(bytes, at) : 0;
}

/** Hands what is relayed to its own protocol, which remembers what it needs as if the connection were its own. */
function relay(packet: Packet, dissection: Dissection, flow: Flow, state: SocksState): void {
  state.inner.enter(flow);
  if (!dissectRelayed(packet, dissection, flow, state.port)) {
    packet.needed = 0;
    packet.offset = packet.end;
  }
  state.inner.leave(flow, socks, state);
}

function dissectRelayed(packet: Packet, dissection: Dissection, flow: Flow, port: number): boolean {
  if (dissection.carriedBy(flow)?.segment?.(packet, dissection) === true) return true;
  const ofPort = dissection.registry.tcpPorts.of(port);
  if (ofPort !== socks && ofPort?.segment?.(packet, dissection) === true) return true;
  return dissectByContent(packet, flow, dissection) !== undefined;
}
