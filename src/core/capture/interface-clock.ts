/**
 * Time stamps of one pcapng interface: 64 bits in units of its own. The upper half changes once in 71 minutes (for
 * microseconds) or 4.3 seconds (for nanoseconds); what it stands for is computed then, exactly, and every packet only
 * adds its lower half: no BigInt per packet, and no nanosecond lost to a double.
 */
export class InterfaceClock {
  seconds = 0;
  nanoseconds = 0;
  private readonly perSecond: bigint;
  private readonly units: number;
  private readonly offsetSeconds: number;
  private high = -1;
  private baseSeconds = 0;
  private baseUnits = 0;

  /** `perSecond` units in a second; `offsetSeconds` is added to every time (if_tsoffset). */
  constructor(perSecond: bigint, offsetSeconds: number) {
    this.perSecond = perSecond;
    this.units = Number(perSecond);
    this.offsetSeconds = offsetSeconds;
  }

  /** Sets `seconds` and `nanoseconds`. */
  set(high: number, low: number): void {
    if (high !== this.high) {
      const whole = BigInt(high) << 32n;
      this.high = high;
      this.baseSeconds = Number(whole / this.perSecond) + this.offsetSeconds;
      this.baseUnits = Number(whole % this.perSecond);
    }
    const units = this.baseUnits + low;
    const carried = Math.floor(units / this.units);
    this.seconds = this.baseSeconds + carried;
    this.nanoseconds = Math.min(999_999_999, Math.floor(((units - carried * this.units) * 1e9) / this.units));
  }
}
