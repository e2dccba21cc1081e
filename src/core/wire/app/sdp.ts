import { parseIpv4, parseIpv6Into } from '../../net/ip-address.ts';
import { i32, latin1 } from '../bytes.ts';
import type { Packet } from '../packet.ts';
import type { Dissection } from '../protocol.ts';
import { rtcp } from './rtcp.ts';
import { rtp } from './rtp.ts';

const UDP = 17;
const LONGEST = 16_384;
const MOST_MEDIA = 32;

// RFC 8866: lines of a letter, an equals sign, and a value.
/** The ports that the description in [start, end) announces are expected to carry RTP and RTCP. It has no layer. */
export function readSdp(packet: Packet, dissection: Dissection, start: number, end: number): void {
  let session: Words | null = null;
  let address: Words | null = null;
  let port = 0;
  let control = 0;
  let media = 0;
  const announce = (): void => {
    const words = address ?? session;
    if (port === 0 || words === null) return;
    dissection.flows.expectations.add(UDP, words, port, rtp);
    if (control !== port) dissection.flows.expectations.add(UDP, words, control, rtcp);
  };
  for (const line of latin1(packet.bytes, start, Math.min(end, start + LONGEST)).split(/\r\n|\n|\r/)) {
    if (line.startsWith('c=IN IP')) {
      const words = wordsOf(line.slice(9).split('/')[0]!.trim());
      if (media === 0) session = words;
      else address = words;
    } else if (line.startsWith('m=')) {
      announce();
      media++;
      if (media > MOST_MEDIA) return;
      const [, ports = '', transport = ''] = line.slice(2).split(' ');
      port = transport.includes('RTP/') && !transport.includes('TCP') ? Number.parseInt(ports, 10) & 0xffff : 0;
      control = port + 1;
      address = null;
    } else if (line.startsWith('a=rtcp:')) control = Number.parseInt(line.slice(7), 10) & 0xffff || port + 1;
    else if (line.startsWith('a=rtcp-mux')) control = port;
  }
  announce();
}

type Words = readonly [number, number, number, number];

/** An address in the words of packets; null for a name. */
export function wordsOf(text: string): Words | null {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== null) return [ipv4 | 0, 0, 0, 0];
  const bytes = new Uint8Array(16);
  return parseIpv6Into(text, bytes) ? [i32(bytes, 0), i32(bytes, 4), i32(bytes, 8), i32(bytes, 12)] : null;
}
