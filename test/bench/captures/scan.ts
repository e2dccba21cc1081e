import type { FloodFile } from '../../support/flood.ts';

const SYN = 0x02;

/** One host asks for connections to a million ports of others, which do not answer: each packet is a flow of its own. */
export function writeScan(file: FloodFile, packets: number): void {
  for (let number = 0; number < packets; number++) {
    const target = { host: 65_536 + (number % 4096), port: 1 + Math.floor(number / 4096) };
    file.tcp({ host: 9, port: 40_000 + (number % 16_384) }, target, SYN, number * 7919, 0);
  }
}
