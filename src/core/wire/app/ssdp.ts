import { latin1 } from '../bytes.ts';
import { END } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { type FieldWriter, protocol } from '../protocol.ts';
import { kindOfLine, NEITHER } from './http/http-start-line.ts';
import { writeHttpFields } from './http/http-text.ts';
import { colonOf } from './message-framing.ts';
import { lineEnd } from './text-line.ts';

// UPnP Device Architecture 2.0, 1: header blocks of HTTP in datagrams.
export const ssdp = protocol({
  name: 'ssdp',
  about: 'Simple Service Discovery Protocol',
  udpPorts: [1900],
  datagram(packet: Packet): number {
    const { bytes, offset, end } = packet;
    const first = bytes[offset]!;
    if (first < 0x20 || first > 0x7e) return END;
    const stop = lineEnd(bytes, offset, end, false);
    if (kindOfLine(bytes, offset, stop) === NEITHER) {
      if (colonOf(bytes, offset, stop) >= 0) packet.push(ssdp.id);
      return END;
    }
    if (packet.push(ssdp.id)) packet.message(ssdp.id, offset, end);
    return END;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const stop = lineEnd(bytes, start, packet.layerEnd[layer]!, false);
    return latin1(bytes, start, Math.min(stop, start + 1024)).trimEnd();
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    writeHttpFields(packet, layer, out);
  },
});
