/** The end that the name of a file gets when it is compressed. */
const PACKED = '.gz';

/** The files that a rotation writes: which of them there are, and under which names. */
export class WrittenFiles {
  private readonly packs: boolean;
  private names: string[] = [];
  /** Files that could not be removed, and files that could not be compressed. */
  private readonly stayed = new Set<string>();
  private readonly plain = new Set<string>();
  private removed: string[] = [];
  private made = 0;

  /** With `packs`, files are compressed once they are full. */
  constructor(packs: boolean) {
    this.packs = packs;
  }

  /** How many there are. */
  get length(): number {
    return this.names.length;
  }

  /** The file that was begun last. */
  get last(): string {
    return this.names.at(-1)!;
  }

  add(name: string): void {
    this.names.push(name);
    this.made++;
  }

  /** Takes out the oldest, which is to be removed. */
  takeOldest(): string {
    const oldest = this.names.shift()!;
    this.removed.push(oldest);
    return oldest;
  }

  /** The last one was never finished: nothing was written to it. */
  forgetLast(): void {
    this.names.pop();
    this.made--;
  }

  /** The file could not be removed: it is there still. */
  stays(name: string): void {
    this.stayed.add(name);
  }

  /** What the compressing said of files that it could neither compress nor remove. */
  complained(lines: readonly string[]): void {
    const say = (name: string, what: string): boolean =>
      lines.some((line) => line.startsWith(`${name} could not be ${what}: `));
    for (const name of this.names) if (say(name, 'packed')) this.plain.add(name);
    for (const name of this.removed) if (say(name, 'removed')) this.stayed.add(name);
  }

  /**
   * Names them: `r_00001.pcap`, `3 files, r_00001.pcap to r_00003.pcap`, `9 files, of which 2 are left: r_00008.pcap and
   * r_00009.pcap`.
   */
  toString(): string {
    const left = [...this.removed.filter((name) => this.stayed.has(name)), ...this.names].map((name) =>
      this.packs && !this.plain.has(name) ? `${name}${PACKED}` : name,
    );
    const files = `${this.made} files`;
    const span = spanOf(left);
    if (this.made > left.length)
      return `${files}, of which ${left.length} ${left.length === 1 ? 'is' : 'are'} left: ${span}`;
    return left.length > 2 ? `${files}, ${span}` : span;
  }
}

function spanOf(names: readonly string[]): string {
  if (names.length < 2) return names[0] ?? 'no file';
  return `${names[0]} ${names.length === 2 ? 'and' : 'to'} ${names.at(-1)}`;
}
