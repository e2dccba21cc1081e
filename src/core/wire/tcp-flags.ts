// RFC 9293, 3.1; RFC 3168, 6.1 for ECE and CWR.
export const FIN = 0x01;
export const SYN = 0x02;
export const RST = 0x04;
export const PSH = 0x08;
export const ACK = 0x10;
export const URG = 0x20;
export const ECE = 0x40;
export const CWR = 0x80;

const NAMES = ['FIN', 'SYN', 'RST', 'PSH', 'ACK', 'URG', 'ECE', 'CWR'];

/** By the bits that have names. */
const TEXTS = Array.from(
  { length: 1 << NAMES.length },
  (_, flags) => NAMES.filter((_, bit) => (flags & (1 << bit)) !== 0).join(', ') || '<None>',
);

/** `SYN, ACK` as tshark orders them: from the lowest bit. */
export function formatTcpFlags(flags: number): string {
  return TEXTS[flags & (TEXTS.length - 1)]!;
}
