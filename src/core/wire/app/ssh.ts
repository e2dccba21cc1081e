import { startsWith, u32 } from '../bytes.ts';
import type { Direction } from '../direction.ts';
import { NEED_SEGMENT, type Packet } from '../packet.ts';
import { protocol } from '../protocol.ts';
import { afterLine, firstLine, LONGEST_LINE } from './text-lines.ts';

// RFC 4253, 4.2: a line of identification; 6: length (4), padding (1), message number (1) …
const HEADER = 4;
const NEW_KEYS = 21;
const LONGEST_PACKET = 0x40_000;
const MOST_PACKETS = 256;
const MESSAGES: Readonly<Record<number, string>> = {
  20: 'Key Exchange Init',
  21: 'New Keys',
  30: 'Key Exchange (DH Init)',
  31: 'Key Exchange (DH Reply)',
  32: 'Diffie-Hellman Group Exchange Init',
  33: 'Diffie-Hellman Group Exchange Reply',
  34: 'Diffie-Hellman Group Exchange Request',
};

class SshState {
  /** From A and from B: the identification was seen; what follows is encrypted. */
  readonly identified: [boolean, boolean] = [false, false];
  readonly encrypted: [boolean, boolean] = [false, false];
}

export const ssh = protocol({
  name: 'ssh',
  about: 'SSH Protocol',
  tcpPorts: [22],
  segment(packet: Packet): boolean {
    const flow = packet.flow!;
    if (!(flow.applicationState instanceof SshState)) flow.applicationState = new SshState();
    const state = flow.applicationState as SshState;
    const { direction } = packet;
    packet.push(ssh.id);
    if (!state.identified[direction]) {
      if (!startsWith(packet.bytes, packet.offset, packet.end, 'SSH-')) {
        packet.offset = packet.end; // the beginning was not captured, or comes after a banner
        state.encrypted[direction] = true;
        state.identified[direction] = true;
        return true;
      }
      const next = afterLine(packet.bytes, packet.offset, packet.end);
      if (next < 0) {
        if (packet.canWait && packet.end - packet.offset < LONGEST_LINE) packet.needed = NEED_SEGMENT;
        else packet.offset = packet.end;
        return true;
      }
      state.identified[direction] = true;
      packet.offset = next;
    }
    walkPackets(packet, state, direction);
    return true;
  },
  segmentLooksLike: ({ bytes, offset, end }) => startsWith(bytes, offset, end, 'SSH-'),
  keepsStream: true,
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const end = packet.layerEnd[layer]!;
    const side = packet.srcPort === 22 ? 'Server' : 'Client';
    if (startsWith(bytes, start, end, 'SSH-')) return `${side}: Protocol (${firstLine(packet, layer)})`;
    const name = end - start > 5 && u32(bytes, start) <= LONGEST_PACKET ? MESSAGES[bytes[start + 5]!] : undefined;
    return `${side}: ${name ?? `Encrypted packet (len=${end - start})`}`;
  },
});

/** Packets in clear are waited for; what is encrypted has no boundary that can be seen. */
function walkPackets(packet: Packet, state: SshState, direction: Direction): void {
  const { bytes, end } = packet;
  for (let count = 0; packet.offset < end && !state.encrypted[direction] && count < MOST_PACKETS; count++) {
    const left = end - packet.offset;
    if (left < HEADER) {
      if (packet.canWait) packet.needed = NEED_SEGMENT;
      return;
    }
    const length = HEADER + u32(bytes, packet.offset);
    if (length > LONGEST_PACKET) break;
    if (length > left) {
      if (packet.canWait) {
        packet.needed = length - left;
        return;
      }
      break;
    }
    if (bytes[packet.offset + 5] === NEW_KEYS) state.encrypted[direction] = true;
    packet.offset += length;
  }
  packet.offset = end;
}
