import { startsWith, u32 } from '../bytes.ts';
import { END, NOT_MINE } from '../outcome.ts';
import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';

// BEP 3: a handshake of 19 'BitTorrent protocol', reserved (8), hash (20), peer (20); then length (4), type (1) …
const GREETING = '\u0013BitTorrent protocol';
const HANDSHAKE = 68;
const HEADER = 4;
const LONGEST_MESSAGE = 512 * 1024;
const LAST_TYPE = 20;
const MOST_MESSAGES = 1024;
const NAMES = [
  'Choke',
  'Unchoke',
  'Interested',
  'Not Interested',
  'Have',
  'Bitfield',
  'Request',
  'Piece',
  'Cancel',
  'Port',
];

export const bittorrent = protocol({
  name: 'bittorrent',
  title: 'BitTorrent',
  about: 'BitTorrent',
  tcpPorts: [6881, 6882, 6883, 6884, 6885, 6886, 6887, 6888, 6889],
  segment(packet: Packet): boolean {
    const { bytes, end } = packet;
    for (let count = 0; packet.offset < end && count < MOST_MESSAGES; count++) {
      const start = packet.offset;
      const left = end - start;
      let length: number;
      if (startsWith(bytes, start, end, GREETING)) length = HANDSHAKE;
      else {
        if (left < HEADER) {
          if (packet.canWait) packet.needed = NEED_SEGMENT;
          return true;
        }
        length = HEADER + u32(bytes, start);
        // what is no message is taken whole, as tshark does: the beginning may not have been captured
        if (length > LONGEST_MESSAGE || (length > HEADER && bytes[start + HEADER]! > LAST_TYPE)) length = left;
      }
      if (length > left && packet.canWait) {
        packet.needed = length - left;
        return true;
      }
      packet.push(bittorrent.id);
      packet.offset = start + Math.min(length, left);
    }
    packet.offset = end;
    return true;
  },
  segmentLooksLike: ({ bytes, offset, end }) => startsWith(bytes, offset, end, GREETING),
  keepsStream: true,
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (bytes[start] === 19) return 'Handshake';
    return u32(bytes, start) === 0 ? 'KeepAlive' : (NAMES[bytes[start + HEADER]!] ?? 'Extended');
  },
});

/** BEP 5: bencoded dictionaries of queries, answers and errors. */
export const btDht = protocol({
  name: 'bt-dht',
  title: 'BT-DHT',
  about: 'BitTorrent DHT Protocol',
  datagram(packet: Packet): number {
    if (!looksLikeDht(packet)) return NOT_MINE;
    packet.push(btDht.id);
    return END;
  },
  datagramLooksLike: looksLikeDht,
  info: () => 'BitTorrent DHT Protocol',
});

function looksLikeDht(packet: Packet): boolean {
  const { bytes, offset, end } = packet;
  if (end - offset < 12 || bytes[offset] !== 0x64) return false;
  return (
    startsWith(bytes, offset, end, 'd1:ad') ||
    startsWith(bytes, offset, end, 'd1:rd') ||
    startsWith(bytes, offset, end, 'd2:ip') ||
    startsWith(bytes, offset, end, 'd1:el')
  );
}
