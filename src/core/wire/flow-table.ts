import { Expectations } from './expectations.ts';
import { Flow } from './flow.ts';
import type { Packet } from './packet.ts';

const FIRST_CAPACITY = 4096;
/** Flows that may get more packets, 800 bytes each; beyond, some of them are over. */
const MOST_CURRENT = 100_000;
/** Flows that are remembered, those that are over with 500 bytes each; beyond, some of these are forgotten, an eighth of all. */
const MOST_REMEMBERED = 200_000;
const LEFT_REMEMBERED = 7 / 8;
/** Part of the current flows: as many that never were established give way, and the others are spared. */
const LEAST_PASSING = 1 / 4;

/**
 * Flows by their 5-tuple, in either direction. Open addressing over indexes into `flows`: a lookup allocates nothing and
 * builds no key (measured: 85–113 ns for a typed-array table, 420–550 ns for keys of text).
 */
export class FlowTable {
  /** Every flow that is remembered, in the order of their first packets; a reused 4-tuple is a flow of its own. */
  readonly flows: Flow[] = [];
  /** How many are not remembered any more. */
  forgotten = 0;
  readonly expectations = new Expectations();
  private slots = new Int32Array(FIRST_CAPACITY); // index into current, plus 1
  private current: Flow[] = [];
  private readonly streams = new Int32Array(256);
  private readonly mostCurrent: number;
  private readonly mostRemembered: number;

  constructor(mostCurrent = MOST_CURRENT, mostRemembered = MOST_REMEMBERED) {
    this.mostCurrent = mostCurrent;
    this.mostRemembered = mostRemembered;
  }

  /** How many flows of a transport there were. */
  count(transport: number): number {
    return this.streams[transport]!;
  }

  /** The flow of the packet's addresses and ports, a new one if need be; `packet.direction` is set. */
  of(packet: Packet, transport: number, srcPort: number, dstPort: number): Flow {
    const slot = this.slotOf(packet, transport, srcPort, dstPort);
    const found = this.slots[slot]!;
    if (found !== 0) {
      const known = this.current[found - 1]!;
      known.lastPacket = packet.number;
      return known;
    }
    packet.direction = 0;
    const flow = this.create(packet, transport, srcPort, dstPort);
    this.current.push(flow);
    this.slots[slot] = this.current.length;
    if (this.current.length > this.mostCurrent) this.finishSilent();
    else if (this.current.length * 2 > this.slots.length) this.place(this.slots.length * 2);
    return flow;
  }

  /** The flow of the packet's addresses and ports if there is one; `packet.direction` is set then. */
  find(packet: Packet, transport: number, srcPort: number, dstPort: number): Flow | null {
    const found = this.slots[this.slotOf(packet, transport, srcPort, dstPort)]!;
    return found === 0 ? null : this.current[found - 1]!;
  }

  /** A new flow takes the place of the one with the same 5-tuple: its ports were used again by a new connection. */
  renew(packet: Packet, transport: number, srcPort: number, dstPort: number): Flow {
    const slot = this.slotOf(packet, transport, srcPort, dstPort);
    packet.direction = 0;
    const flow = this.create(packet, transport, srcPort, dstPort);
    const index = this.slots[slot]! - 1;
    this.current[index]!.finish();
    this.current[index] = flow;
    return flow;
  }

  /** Lets go of flows that are over, and of those that `isDone` says are, as a run without an end has to. */
  release(isDone: (flow: Flow) => boolean): void {
    const there = this.flows.length;
    let kept = 0;
    for (const flow of this.flows) {
      if (!flow.isOver && isDone(flow)) flow.finish();
      if (flow.isOver) flow.isForgotten = true;
      else this.flows[kept++] = flow;
    }
    if (kept === there) return;
    this.flows.length = kept;
    this.current = this.current.filter(({ isOver }) => !isOver);
    this.place(this.slots.length);
  }

  private create(packet: Packet, transport: number, srcPort: number, dstPort: number): Flow {
    const flow = new Flow(this.streams[transport]!++, transport, packet, srcPort, dstPort);
    flow.firstSeconds = packet.seconds;
    flow.firstNanoseconds = packet.nanoseconds;
    flow.firstPacket = packet.number;
    flow.lastPacket = packet.number;
    flow.application = this.expectations.match(flow);
    this.flows.push(flow);
    if (this.flows.length > this.mostRemembered) this.forget();
    return flow;
  }

  /** Where the packet's flow is, or would be. Sets `packet.direction` when it is there. */
  private slotOf(packet: Packet, transport: number, srcPort: number, dstPort: number): number {
    const { slots, current } = this;
    const mask = slots.length - 1;
    const { ipVersion, src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = packet;
    const source = mix(src0 ^ Math.imul(src1, 3) ^ Math.imul(src2, 5) ^ Math.imul(src3, 7), srcPort);
    const target = mix(dst0 ^ Math.imul(dst1, 3) ^ Math.imul(dst2, 5) ^ Math.imul(dst3, 7), dstPort);
    let slot = mix(source + target, transport) & mask;
    for (;;) {
      const index = slots[slot]!;
      if (index === 0) return slot;
      const flow = current[index - 1]!;
      if (flow.transport === transport && flow.ipVersion === ipVersion) {
        if (
          flow.aPort === srcPort &&
          flow.bPort === dstPort &&
          flow.a0 === src0 &&
          flow.b0 === dst0 &&
          flow.a1 === src1 &&
          flow.b1 === dst1 &&
          flow.a2 === src2 &&
          flow.b2 === dst2 &&
          flow.a3 === src3 &&
          flow.b3 === dst3
        ) {
          packet.direction = 0;
          return slot;
        }
        if (
          flow.aPort === dstPort &&
          flow.bPort === srcPort &&
          flow.a0 === dst0 &&
          flow.b0 === src0 &&
          flow.a1 === dst1 &&
          flow.b1 === src1 &&
          flow.a2 === dst2 &&
          flow.b2 === src2 &&
          flow.a3 === dst3 &&
          flow.b3 === src3
        ) {
          packet.direction = 1;
          return slot;
        }
      }
      slot = (slot + 1) & mask;
    }
  }

  /**
   * A flood of flows must not grow without end, and those that are alive must outlive it: the half that was silent longest
   * is over, of those that never were established as long as these are many.
   */
  private finishSilent(): void {
    const { current } = this;
    const newest = current.at(-1)!;
    const passing = current.filter(({ isEstablished }) => !isEstablished);
    const sparesEstablished = passing.length >= current.length * LEAST_PASSING;
    const last = Float64Array.from(sparesEstablished ? passing : current, ({ lastPacket }) => lastPacket).sort();
    const median = last[last.length >> 1]!;
    this.current = current.filter((flow) => {
      if (flow.lastPacket > median || flow === newest || (sparesEstablished && flow.isEstablished)) return true;
      flow.finish();
      return false;
    });
    this.place(this.slots.length);
  }

  /** The oldest of those that are over go, first those that were no conversations. */
  private forget(): void {
    const { flows } = this;
    let extra = flows.length - Math.floor(this.mostRemembered * LEFT_REMEMBERED);
    for (const sparesConversations of [true, false]) {
      let kept = 0;
      for (const flow of flows) {
        if (extra > 0 && flow.isOver && !(sparesConversations && flow.isConversation)) {
          extra--;
          this.forgotten++;
          flow.isForgotten = true;
        } else flows[kept++] = flow;
      }
      flows.length = kept;
    }
  }

  /** Puts the current flows into a table of so many slots. */
  private place(slots: number): void {
    this.slots = new Int32Array(slots);
    const mask = this.slots.length - 1;
    for (let index = 0; index < this.current.length; index++) {
      const flow = this.current[index]!;
      const a = mix(flow.a0 ^ Math.imul(flow.a1, 3) ^ Math.imul(flow.a2, 5) ^ Math.imul(flow.a3, 7), flow.aPort);
      const b = mix(flow.b0 ^ Math.imul(flow.b1, 3) ^ Math.imul(flow.b2, 5) ^ Math.imul(flow.b3, 7), flow.bPort);
      let slot = mix(a + b, flow.transport) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = index + 1;
    }
  }
}

/** Spreads bits, after the finalizer of MurmurHash3 (Appleby, public domain). */
function mix(value: number, salt: number): number {
  let hash = value ^ Math.imul(salt + 1, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
