import { type Packet, WANT_SEGMENT } from '../packet.ts';
import { type FieldWriter, protocol } from '../protocol.ts';

// OASIS MQTT 3.1.1 and 5, 2.1: type and flags (1), remaining length (1 to 4 bytes of 7 bits).
const MOST_MESSAGES = 1024;
const NAMES = [
  'Reserved',
  'Connect Command',
  'Connect Ack',
  'Publish Message',
  'Publish Ack',
  'Publish Received',
  'Publish Release',
  'Publish Complete',
  'Subscribe Request',
  'Subscribe Ack',
  'Unsubscribe Request',
  'Unsubscribe Ack',
  'Ping Request',
  'Ping Response',
  'Disconnect Req',
  'Authentication Exchange',
];

export const mqtt = protocol({
  name: 'mqtt',
  about: 'MQ Telemetry Transport Protocol',
  tcpPorts: [1883],
  segment(packet: Packet): boolean {
    const { bytes, end } = packet;
    for (let count = 0; packet.offset < end && count < MOST_MESSAGES; count++) {
      const left = end - packet.offset;
      const length = messageLength(bytes, packet.offset, end);
      if (length < 0) {
        if (packet.canWait) packet.wanted = WANT_SEGMENT;
        return true;
      }
      if (length > left && packet.canWait) {
        packet.wanted = length - left;
        return true;
      }
      packet.push(mqtt.id);
      packet.offset += Math.min(length, left);
    }
    return true;
  },
  info: (packet, layer) => NAMES[packet.layerBytes[layer]![packet.layerStart[layer]!]! >> 4]!,
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const first = packet.layerBytes[layer]![packet.layerStart[layer]!] ?? 0;
    out.field('Message Type', NAMES[first >> 4]!);
    out.field('QoS Level', (first >> 1) & 3);
    out.field('Retain', (first & 1) !== 0);
  },
});

/** Header and all; -1 when the length is not whole. */
function messageLength(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let index = 0; index < 4; index++) {
    const at = start + 1 + index;
    if (at >= end) return -1;
    value += (bytes[at]! & 0x7f) * 128 ** index;
    if (bytes[at]! < 0x80) return 2 + index + value;
  }
  return 5; // five bytes of length are an error: the message is passed over
}
