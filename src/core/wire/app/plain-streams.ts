import type { Packet } from '../packet.ts';
import { type Protocol, protocol } from '../protocol.ts';
import { firstLine } from './text-lines.ts';

/** A protocol whose every segment is shown, whole line or not. */
function plainStream(name: string, about: string, ports: readonly number[]): Protocol {
  const self: Protocol = protocol({
    name,
    about,
    tcpPorts: ports,
    segment(packet: Packet): boolean {
      packet.push(self.id);
      packet.offset = packet.end;
      return true;
    },
    info: firstLine,
  });
  return self;
}

/** RFC 854. */
export const telnet = plainStream('telnet', 'Telnet', [23]);
/** RFC 2812. */
export const irc = plainStream('irc', 'Internet Relay Chat', [6667, 57_000]);
