import { u32 } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import type { Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';

// RFC 7296, 3.1: cookies (8, 8), next payload (1), version (1), exchange (1), flags (1), message (4), length (4).
const HEADER = 28;
const EXCHANGES: Readonly<Record<number, string>> = {
  2: 'Identity Protection (Main Mode)',
  4: 'Aggressive',
  5: 'Informational',
  32: 'Quick Mode',
  34: 'IKE_SA_INIT',
  35: 'IKE_AUTH',
  36: 'CREATE_CHILD_SA',
  37: 'INFORMATIONAL',
};

export const isakmp = protocol({
  name: 'isakmp',
  about: 'Internet Security Association and Key Management Protocol',
  udpPorts: [500],
  dissect: (packet: Packet) => (packet.end - packet.offset < HEADER ? packet.short() : END),
  datagram(packet: Packet): number {
    if (packet.end - packet.offset < HEADER) return NOT_MINE;
    packet.push(isakmp.id);
    return END;
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const exchange = bytes[start + 18] ?? 0;
    return `${EXCHANGES[exchange] ?? `exchange ${exchange}`} MID=${u32(bytes, start + 20)
      .toString(16)
      .padStart(8, '0')}`;
  },
});
