import { unitsPerSecond } from './pcapng-options.ts';

/** The finest units in which 64 bits hold today: nanoseconds, or 2^-32 s. */
const FINEST_DECIMAL = 9;
const FINEST_BINARY = 32;
/** Coarser ones, a million a second, need no more than a double until the year 2255. */
const IN_A_DOUBLE = 1_000_000n;
const GIGA = 1_000_000_000n;

/** Whether times of today have room in units of this if_tsresol. */
export function keepsResolution(resolution: number): boolean {
  return (resolution & 0x80) === 0 ? resolution <= FINEST_DECIMAL : (resolution & 0x7f) <= FINEST_BINARY;
}

/** Times as pcapng writes them: 64 bits in units of the interface. */
export class TimeUnits {
  high = 0;
  low = 0;
  private readonly perSecond: bigint;
  private readonly units: number;

  constructor(resolution: number) {
    this.perSecond = unitsPerSecond(resolution);
    this.units = this.perSecond <= IN_A_DOUBLE ? Number(this.perSecond) : 0;
  }

  /** Sets `high` and `low`; to 0 for no time, and for one before 1970. */
  set(seconds: number, nanoseconds: number): void {
    const isTime = seconds >= 0;
    if (this.units > 0) {
      const time = isTime ? seconds * this.units + unitsIn(nanoseconds, this.units) : 0;
      this.high = Math.floor(time / 2 ** 32);
      this.low = time % 2 ** 32;
      return;
    }
    // the reader rounded down to nanoseconds: the unit is the next one above
    const { perSecond } = this;
    const time = isTime ? BigInt(seconds) * perSecond + (BigInt(nanoseconds) * perSecond + GIGA - 1n) / GIGA : 0n;
    this.high = Number((time >> 32n) & 0xffffffffn);
    this.low = Number(time & 0xffffffffn);
  }
}

function unitsIn(nanoseconds: number, units: number): number {
  if (units === 1e6) return Math.floor(nanoseconds / 1000);
  return Math.ceil((nanoseconds * units) / 1e9);
}
