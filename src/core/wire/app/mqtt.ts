import { latin1, u16 } from '../bytes.ts';
import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { type FieldWriter, protocol } from '../protocol.ts';

// MQTT 5.0, 2.1: type and flags (1), remaining length (1 to 4, seven bits a byte).
const SHORTEST = 2;
const NAMES: readonly string[] = [
  ...['Reserved', 'Connect Command', 'Connect Ack', 'Publish Message', 'Publish Ack', 'Publish Received'],
  ...['Publish Release', 'Publish Complete', 'Subscribe Request', 'Subscribe Ack', 'Unsubscribe Request'],
  ...['Unsubscribe Ack', 'Ping Request', 'Ping Response', 'Disconnect Req', 'Authentication Exchange'],
];
const PUBLISH = 3;

/** Length of the packet at `start`, header and all; 0 while its bytes are not all there. */
function lengthOf(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let index = 0; index < 4; index++) {
    if (start + 1 + index >= end) return 0;
    const byte = bytes[start + 1 + index]!;
    value |= (byte & 0x7f) << (7 * index);
    if (byte < 0x80) return 2 + index + value;
  }
  return 5; // a fifth byte of length is none
}

export const mqtt = protocol({
  name: 'mqtt',
  about: 'MQ Telemetry Transport Protocol',
  tcpPorts: [1883],
  segment(packet: Packet): boolean {
    while (packet.offset < packet.end) {
      const { bytes, offset, end } = packet;
      const left = end - offset;
      const length = lengthOf(bytes, offset, end);
      if ((length === 0 || length > left) && packet.canWait) {
        packet.needed = length === 0 ? NEED_SEGMENT : length - left;
        return true;
      }
      packet.push(mqtt.id);
      const stop = Math.min(end, offset + (length === 0 ? left : length));
      packet.layerEnd[packet.layerCount - 1] = stop;
      packet.offset = stop;
    }
    return true;
  },
  info(packet: Packet, layer: number): string {
    const { type, topic } = read(packet, layer);
    const name = NAMES[type]!;
    return topic === null ? name : `${name} [${topic}]`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const { type, topic } = read(packet, layer);
    out.field('Message Type', `${NAMES[type]!} (${type})`);
    if (topic !== null) out.field('Topic', topic);
    out.field('Length', packet.layerEnd[layer]! - packet.layerStart[layer]!);
  },
});

function read(packet: Packet, layer: number): { readonly type: number; readonly topic: string | null } {
  const bytes = packet.layerBytes[layer]!;
  const start = packet.layerStart[layer]!;
  const end = packet.layerEnd[layer]!;
  if (end - start < SHORTEST) return { type: 0, topic: null };
  const type = bytes[start]! >> 4;
  let at = start + 1;
  while (at < end && bytes[at]! >= 0x80) at++;
  at++;
  if (type !== PUBLISH || at + 2 > end) return { type, topic: null };
  return { type, topic: latin1(bytes, at + 2, Math.min(end, at + 2 + u16(bytes, at), at + 1026)) };
}
