import { formatTimestamp } from '../../capture/timestamp.ts';
import { formatIpv4, formatIpv6 } from '../../net/ip-address.ts';
import { u16 } from '../../wire/bytes.ts';
import type { Packet } from '../../wire/packet.ts';
import { udp } from '../../wire/udp.ts';
import { evidence } from '../evidence.ts';
import { icmpErrorLayer, icmpErrorOf, PORT_UNREACHABLE, PORT_UNREACHABLE_V6 } from '../icmp-error.ts';
import { rule, threshold } from '../rule.ts';

/** Errors that are remembered; the oldest give way. */
export const MOST_ERRORS = 16_384;
/** Of each: IP version, addresses of the host that says so and of the one that asked, and the port. */
const WORDS = 10;
/** Ports below are those of services: an error about a port above is most often about an answer that came too late. */
const FIRST_EPHEMERAL = 32_768;

interface Scan {
  readonly client: string;
  readonly server: string;
  /** By port, the number of the packet. */
  readonly ports: Map<number, number>;
  readonly since: string | null;
}

/** Looks for hosts that are told of one UDP port of another after the other that nobody listens there. */
export const udpScan = rule({
  name: 'udp_scan',
  severity: 'warn',
  about: 'a host tries many UDP ports of another',
  explanation:
    'Counts, for each pair of hosts, the UDP ports that the one answered with ICMP port unreachable. Ports from 32768 on are left out: errors about them tell of answers that came too late, as of DNS. traceroute over UDP uses those ports, too. Systems send few such errors a second, so that a scan is seen late; a firewall that drops in silence hides it.',
  advice:
    'If the client is not a scanner of your own, find out what runs on it; a firewall that drops it ends the scan.',
  thresholds: { ports: threshold(10, 'Different UDP ports of one host that were unreachable.') },
  open({ ports }, shared) {
    let words = new Int32Array(64 * WORDS);
    let times = new Float64Array(64 * 3);
    let count = 0;
    const widen = (): void => {
      const wider = new Int32Array(2 * words.length);
      wider.set(words);
      words = wider;
      const later = new Float64Array(2 * times.length);
      later.set(times);
      times = later;
    };
    return {
      packet(packet: Packet) {
        if (packet.transport !== 0) return;
        const layer = icmpErrorLayer(packet);
        if (layer < 0) return;
        const error = icmpErrorOf(packet, layer);
        if (error !== PORT_UNREACHABLE && error !== PORT_UNREACHABLE_V6) return;
        let quoted = layer + 1;
        while (quoted < packet.layerCount && packet.layerProtocol[quoted] !== udp.id) quoted++;
        if (quoted === packet.layerCount) return;
        const bytes = packet.layerBytes[quoted]!;
        const start = packet.layerStart[quoted]!;
        if (start + 4 > bytes.length) return;
        const port = u16(bytes, start + 2);
        if (port >= FIRST_EPHEMERAL) return;
        const place = count % MOST_ERRORS;
        if ((place + 1) * WORDS > words.length) widen();
        const at = place * WORDS;
        words[at] = packet.ipVersion;
        words[at + 1] = packet.src0;
        words[at + 2] = packet.src1;
        words[at + 3] = packet.src2;
        words[at + 4] = packet.src3;
        words[at + 5] = packet.dst0;
        words[at + 6] = packet.dst1;
        words[at + 7] = packet.dst2;
        words[at + 8] = packet.dst3;
        words[at + 9] = port;
        times[place * 3] = packet.seconds;
        times[place * 3 + 1] = packet.nanoseconds;
        times[place * 3 + 2] = packet.number;
        count++;
      },
      *findings(at) {
        const isTold = (seconds: number): boolean => !shared.isOver(seconds, at);
        for (const { client, server, ports: tried, since } of scansOf(words, times, count, isTold)) {
          if (tried.size < ports) continue;
          yield {
            subject: client,
            summary: `${client} tried ${tried.size} UDP ports of ${server} at which nobody listens`,
            confidence: tried.size >= 3 * ports ? 'high' : 'medium',
            evidence: [...tried]
              .slice(0, 5)
              .map(([port, number]) =>
                evidence('packet', { number, 'icmp.type': server.includes(':') ? 1 : 3, 'udp.dstport': port }),
              ),
            since,
          };
        }
      },
    };
  },
});

function scansOf(
  words: Int32Array,
  times: Float64Array,
  count: number,
  isTold: (seconds: number) => boolean,
): Iterable<Scan> {
  const scans = new Map<string, Scan>();
  for (let number = Math.max(0, count - MOST_ERRORS); number < count; number++) {
    const index = number % MOST_ERRORS;
    if (!isTold(times[index * 3]!)) continue;
    const at = index * WORDS;
    const server = addressAt(words, at, at + 1);
    const client = addressAt(words, at, at + 5);
    const key = `${client} ${server}`;
    let scan = scans.get(key);
    if (scan === undefined) {
      scan = { client, server, ports: new Map(), since: formatTimestamp(times[index * 3]!, times[index * 3 + 1]!) };
      scans.set(key, scan);
    }
    const port = words[at + 9]!;
    if (!scan.ports.has(port)) scan.ports.set(port, times[index * 3 + 2]!);
  }
  return scans.values();
}

function addressAt(words: Int32Array, version: number, at: number): string {
  if (words[version] === 4) return formatIpv4(words[at]!);
  const view = new DataView(new ArrayBuffer(16));
  for (let word = 0; word < 4; word++) view.setInt32(4 * word, words[at + word]!);
  return formatIpv6(new Uint8Array(view.buffer));
}
