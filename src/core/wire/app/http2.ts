import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';

export const MAGIC = 'pri * http/2.0\r\n\r\nsm\r\n\r\n';

export const http2 = protocol({
  name: 'http2',
  about: 'HyperText Transfer Protocol 2',
  segment(packet: Packet): boolean {
    packet.offset = packet.end;
    return true;
  },
});
