import type { Limit } from '../limit.ts';
import type { InterfaceReading } from '../system/platform.ts';
import type { LiveSource } from './packet-source.ts';

/** How many interfaces that come later are captured at once: each is a socket with a buffer. */
export const LATER = 4;
/** How often a capture must refuse an interface before it is told: one that has just come again is taken a moment later. */
const TOLD_AT = 2;

/** What is told of an interface that is not captured. */
interface Refusal {
  readonly name: string;
  readonly why: string;
  readonly times: number;
}

/** Which interfaces a capture should have: those that were named, or else those that are up and have an address. */
export function wantedOf(names: readonly string[] | null): (row: InterfaceReading) => boolean {
  if (names !== null) return ({ name }) => names.includes(name);
  return ({ state, ipv4, ipv6 }) => state !== 'down' && ipv4.length + ipv6.length > 0;
}

/** Whether libpcap can be given the name: the kernel's names are bytes, and some are no UTF-8. */
export const canBeNamed = ({ name }: Pick<InterfaceReading, 'name'>): boolean => !name.includes('\ufffd');

/** Has a running capture take interfaces that come while it runs, and tells of those that are not captured. */
export class LaterInterfaces {
  private readonly live: Pick<LiveSource, 'follow' | 'lost'>;
  private readonly isWanted: (row: InterfaceReading) => boolean;
  private readonly say: (line: string) => void;
  /** Those that are captured, by their index. */
  private readonly captured: Map<number, string>;
  private readonly refused = new Map<number, Refusal>();
  private readonly pending = new Set<number>();
  private names: ReadonlySet<string>;

  /** `rows` are the interfaces at the start, `devices` those among them that the capture was to begin with. */
  constructor(
    live: Pick<LiveSource, 'follow' | 'lost' | 'lacking'>,
    isWanted: (row: InterfaceReading) => boolean,
    rows: readonly InterfaceReading[],
    devices: readonly string[],
    say: (line: string) => void,
  ) {
    this.live = live;
    this.isWanted = isWanted;
    this.say = say;
    this.names = new Set(rows.map(({ name }) => name));
    const lacking = new Map(live.lacking.map(({ device, why }) => [device, why]));
    const begun = rows.filter(({ name }) => devices.includes(name));
    this.captured = new Map(begun.filter(({ name }) => !lacking.has(name)).map(({ index, name }) => [index, name]));
    for (const { index, name } of begun) {
      const why = lacking.get(name);
      if (why !== undefined) this.refused.set(index, { name, why: `it cannot be captured: ${why}`, times: TOLD_AT });
    }
  }

  /** Takes the interfaces as they are now. */
  ingest(rows: readonly InterfaceReading[]): void {
    this.names = new Set(rows.map(({ name }) => name));
    const wanted = new Map(rows.filter(this.isWanted).map((row) => [row.index, row]));
    const there = new Set(rows.map(({ index }) => index));
    for (const index of this.captured.keys()) if (!there.has(index)) this.captured.delete(index);
    for (const index of this.refused.keys()) if (!wanted.has(index)) this.refused.delete(index);
    for (const { index, name } of wanted.values()) {
      if (!this.captured.has(index) && !this.pending.has(index)) void this.follow(index, name);
    }
  }

  /** What is not captured, and why. */
  limits(): readonly Limit[] {
    const refused = [...this.refused.values()].filter(({ times }) => times >= TOLD_AT);
    const known = new Set([...this.captured.values(), ...[...this.refused.values()].map(({ name }) => name)]);
    const lost = [...new Set(this.live.lost)].filter((name) => !known.has(name));
    const gone = lost.filter((name) => !this.names.has(name));
    const idle = lost.filter((name) => this.names.has(name));
    return [
      ...limitOf(gone, gone.length === 1 ? 'the interface is gone' : 'the interfaces are gone'),
      ...limitOf(idle, 'there is another of that name, which is down or has no address'),
      ...refused.map(({ name, why }) => ({ what: `packets of ${name}`, why, remedy: null })),
    ];
  }

  private async follow(index: number, name: string): Promise<void> {
    const { follow } = this.live;
    if (follow === null) {
      this.refuse(index, { name, why: 'what captures opens no other', times: TOLD_AT });
      return;
    }
    this.pending.add(index);
    const refusal = await follow({ index, name });
    this.pending.delete(index);
    if (refusal !== null) {
      this.refuse(index, { name, why: refusal, times: (this.refused.get(index)?.times ?? 0) + 1 });
      return;
    }
    this.refused.delete(index);
    this.captured.set(index, name);
    this.say(`capturing on ${name} too`);
  }

  private refuse(index: number, { name, why, times }: Refusal): void {
    const text = canBeNamed({ name })
      ? `it came after the start, and ${why}; to capture it, start again`
      : `its name is not UTF-8, and ${why}`;
    this.refused.set(index, { name, why: text, times });
  }
}

const limitOf = (names: readonly string[], why: string): readonly Limit[] =>
  names.length === 0
    ? []
    : [{ what: `packets of ${names.join(', ')}`, why: `${why}; the others are captured`, remedy: null }];
