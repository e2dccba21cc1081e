import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';

export const websocket = protocol({
  name: 'websocket',
  about: 'WebSocket',
  segment(packet: Packet): boolean {
    packet.offset = packet.end;
    return true;
  },
});
