import type { Packet } from '../../packet.ts';
import { type FieldWriter, protocol } from '../../protocol.ts';
import { carriedAt, http3FrameName } from './quic-opened.ts';

/** RFC 9114; found in streams of QUIC that were decrypted, a layer for each STREAM frame. */
export const http3 = protocol({
  name: 'http3',
  title: 'HTTP3',
  about: 'Hypertext Transfer Protocol Version 3',
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    for (const type of carriedAt(packet, layer)?.types ?? []) out.field('Type', `${http3FrameName(type)} (${type})`);
  },
});
