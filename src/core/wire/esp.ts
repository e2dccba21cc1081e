import { u32 } from './bytes.ts';
import { hex } from './hex.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { protocol } from './protocol.ts';

// RFC 4303, 2: SPI (4), sequence (4), then what is encrypted.
const HEADER = 8;

export const esp = protocol({
  name: 'esp',
  about: 'Encapsulating Security Payload',
  ipProtocols: [50],
  dissect: (packet: Packet) => (packet.end - packet.offset < HEADER ? packet.short() : END),
  info: (packet, layer) => `ESP (SPI=${hex(u32(packet.layerBytes[layer]!, packet.layerStart[layer]!), 8)})`,
});
