import type { Tone } from '../record/field.ts';

/** The colouring rules, by what was found in a packet; the first match counts. */
const TONES: readonly (readonly [expert: string, tone: Tone])[] = [
  ['tcp.connection.rst', 'bad'],
  ['dns.nxdomain', 'bad'],
  ['tcp.analysis.zero_window', 'notice'],
  ['icmp.unreachable', 'notice'],
  ['http.response.client_error', 'notice'],
  ['http.response.server_error', 'notice'],
  ['tcp.connection.fin', 'busy'],
];

/** The colour of a packet in which this was found; null for none. */
export function packetTone(experts: readonly string[]): Tone | null {
  if (experts.length === 0) return null;
  return TONES.find(([id]) => experts.includes(id))?.[1] ?? null;
}
