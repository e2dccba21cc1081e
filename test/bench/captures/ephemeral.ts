import type { End } from '../../support/flood.ts';

/** A client of its own for each number, with a port that no service has. */
export const ephemeral = (number: number): End => ({ host: 256 + (number >> 13), port: 50_000 + (number & 0x1fff) });
