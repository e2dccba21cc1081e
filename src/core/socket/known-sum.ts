/** A sum of the values that are known; null as long as there was none. */
export class KnownSum {
  private sum = 0;
  private known = 0;

  add(value: number | null): void {
    if (value === null) return;
    this.sum += value;
    this.known++;
  }

  merge(other: KnownSum): void {
    this.sum += other.sum;
    this.known += other.known;
  }

  total(): number | null {
    return this.known === 0 ? null : this.sum;
  }

  mean(): number | null {
    return this.known === 0 ? null : this.sum / this.known;
  }
}
