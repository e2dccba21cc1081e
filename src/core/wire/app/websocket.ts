import { u16, u64 } from '../bytes.ts';
import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { type FieldWriter, protocol } from '../protocol.ts';

// RFC 6455, 5.2: flags and opcode (1), mask bit and length (1), longer length (0, 2 or 8), mask (0 or 4).
const SHORTEST = 2;
const FINAL = 0x80;
const MASKED = 0x80;
const OPCODE = 0x0f;
const CONTINUATION = 0;
const TEXT = 1;
const FIRST_CONTROL = 8;
const OPCODES: Readonly<Record<number, string>> = {
  0: 'Continuation',
  1: 'Text',
  2: 'Binary',
  8: 'Connection Close',
  9: 'Ping',
  10: 'Pong',
};

class WebsocketState {
  /** Opcode of the message that goes on in other frames, for each side; 0 for none. */
  readonly unfinished: [number, number] = [0, 0];
}

/** The layer tshark shows for lines of text inside another protocol. */
export const dataTextLines = protocol({ name: 'data-text-lines', about: 'Line-based text data' });

/** The length of the frame at `start` as far as its header is there; 0 while that is not known. */
function frameLength(bytes: Uint8Array, start: number, end: number): number {
  const mask = (bytes[start + 1]! & MASKED) !== 0 ? 4 : 0;
  const length = bytes[start + 1]! & 0x7f;
  if (length < 126) return SHORTEST + mask + length;
  if (length === 126) return end - start < 4 ? 0 : 4 + mask + u16(bytes, start + 2);
  return end - start < 10 ? 0 : 10 + mask + u64(bytes, start + 2);
}

function payloadStart(bytes: Uint8Array, start: number): number {
  const length = bytes[start + 1]! & 0x7f;
  const extended = length === 126 ? 2 : length === 127 ? 8 : 0;
  return start + SHORTEST + extended + ((bytes[start + 1]! & MASKED) !== 0 ? 4 : 0);
}

export const websocket = protocol({
  name: 'websocket',
  title: 'WebSocket',
  about: 'WebSocket',
  segment(packet: Packet): boolean {
    const { flow } = packet;
    if (flow === null) return false;
    const known = flow.application === websocket ? flow.applicationState : null;
    const state = known instanceof WebsocketState ? known : new WebsocketState();
    flow.application = websocket;
    flow.applicationState = state;
    const { unfinished } = state;
    const { direction } = packet;
    while (packet.offset < packet.end) {
      const { bytes, offset, end } = packet;
      const left = end - offset;
      const length = left < SHORTEST ? 0 : frameLength(bytes, offset, end);
      if ((length === 0 || length > left) && packet.canWait) {
        packet.needed = length === 0 || length > Number.MAX_SAFE_INTEGER ? NEED_SEGMENT : length - left;
        return true;
      }
      packet.push(websocket.id);
      const stop = Math.min(end, offset + (length === 0 ? left : length));
      packet.layerEnd[packet.layerCount - 1] = stop;
      packet.offset = Math.min(stop, payloadStart(bytes, offset));
      const opcode = bytes[offset]! & OPCODE;
      const final = (bytes[offset]! & FINAL) !== 0;
      const kind = opcode === CONTINUATION ? unfinished[direction] : opcode;
      if (opcode < FIRST_CONTROL) unfinished[direction] = final ? 0 : kind;
      if (final && kind === TEXT && packet.offset < stop) packet.push(dataTextLines.id);
      packet.offset = stop;
    }
    return true;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < SHORTEST) return 'WebSocket';
    const name = OPCODES[bytes[start]! & OPCODE] ?? 'Unknown';
    const final = (bytes[start]! & FINAL) !== 0 ? ' [FIN]' : '';
    return `WebSocket ${name}${final}${(bytes[start + 1]! & MASKED) !== 0 ? ' [MASKED]' : ''}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const end = packet.layerEnd[layer]!;
    if (end - start < SHORTEST) return;
    out.field('Fin', (bytes[start]! & FINAL) !== 0);
    out.field('Opcode', `${OPCODES[bytes[start]! & OPCODE] ?? 'Unknown'} (${bytes[start]! & OPCODE})`);
    out.field('Mask', (bytes[start + 1]! & MASKED) !== 0);
    out.field('Payload length', Math.max(0, frameLength(bytes, start, end) - (payloadStart(bytes, start) - start)));
  },
});
