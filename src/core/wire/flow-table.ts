import { AskedConnections } from './asked-connections.ts';
import { EndpointHash } from './endpoint-hash.ts';
import { Expectations } from './expectations.ts';
import { Flow } from './flow.ts';
import { setDirection } from './flow-direction.ts';
import { dropOver, forgetOldest } from './forget-flows.ts';
import { nthSmallest } from './nth-smallest.ts';
import type { Packet } from './packet.ts';
import type { RandomWords } from './random-words.ts';
import { type NewSlots, newSlots } from './slots.ts';

const FIRST_CAPACITY = 4096;
/** Flows that may get more packets, 700 bytes each; beyond, some of them are over. */
const MOST_CURRENT = 100_000;
/** Flows that are remembered, those that are over with 400 bytes each; beyond, some of these are forgotten, an eighth of all. */
const MOST_REMEMBERED = 200_000;
const LEFT_REMEMBERED = 7 / 8;
/** Part of the current flows: as many that never were established give way, and the others are spared. */
const LEAST_PASSING = 1 / 4;
/**
 * Slots a new flow may be away from where its hash points. In a table that is half full one of 10^11 is, for addresses
 * chosen without the seed; beyond, somebody knows it, or luck was bad, and another one is taken.
 */
const MOST_LOOKS = 128;
/** Of the flows there are, the share that must have come anew before that: at most so many placings of each. */
const BEFORE_NEXT_SEED = 1 / 4;

/** What a table may be given in place of its own. */
export interface FlowTableSetup {
  readonly mostCurrent?: number;
  readonly mostRemembered?: number;
  /** Whether flows that are over are remembered until there are too many; where nobody will read them, they go at once. */
  readonly remembersOver?: boolean;
  /** Nobody reads the flow of a packet without messages: a connection that was asked for and no more has none. */
  readonly keepsSynsApart?: boolean;
  readonly random?: RandomWords;
  readonly makeSlots?: NewSlots;
}

/**
 * Flows by their 5-tuple, in either direction. Open addressing over indexes into `flows`: a lookup allocates nothing and
 * builds no key (measured: 85–113 ns for a typed-array table, 420–550 ns for keys of text). Strangers choose the keys, so
 * the hash is a secret of each table, and another one each time its slots are filled anew. What is counted, and in which
 * order, does not depend on it.
 */
export class FlowTable {
  /** Every flow that is remembered, in the order of their first packets; a reused 4-tuple is a flow of its own. */
  readonly flows: Flow[] = [];
  /** How many are not remembered any more. */
  forgotten = 0;
  readonly expectations = new Expectations();
  private slots: Int32Array; // index into current, plus 1; row of asked, plus 1, negative
  /** The hash of what is in each slot: another flow is told apart without fetching it, which is what a look-up takes its time for. */
  private tags: Int32Array;
  private current: Flow[] = [];
  private readonly asked = new AskedConnections();
  private readonly hash: EndpointHash;
  /** Slots that were looked at for the last flow that was not there. */
  private looks = 0;
  /** Flows that came since the slots were filled. */
  private newcomers = 0;
  /** Half of all packets are of the flow of the one before: two comparisons then, and no hash. */
  private last: Flow | null = null;
  private readonly streams = new Int32Array(256);
  private readonly mostCurrent: number;
  private readonly mostRemembered: number;
  private readonly remembersOver: boolean;
  readonly keepsSynsApart: boolean;
  private readonly makeSlots: NewSlots;

  constructor({
    mostCurrent = MOST_CURRENT,
    mostRemembered = MOST_REMEMBERED,
    remembersOver = true,
    keepsSynsApart = false,
    random,
    makeSlots = newSlots,
  }: FlowTableSetup = {}) {
    this.makeSlots = makeSlots;
    this.slots = makeSlots(FIRST_CAPACITY);
    this.tags = new Int32Array(FIRST_CAPACITY);
    this.hash = new EndpointHash(random);
    this.mostCurrent = mostCurrent;
    this.mostRemembered = mostRemembered;
    this.remembersOver = remembersOver;
    this.keepsSynsApart = keepsSynsApart;
  }

  /** How many flows of a transport there were. */
  count(transport: number): number {
    return this.streams[transport]!;
  }

  /** The flow of the packet's addresses and ports, a new one if need be; `packet.direction` is set. */
  of(packet: Packet, transport: number, srcPort: number, dstPort: number): Flow {
    const { last } = this;
    if (last !== null && !last.isOver && setDirection(last, packet, transport, srcPort, dstPort)) {
      last.lastPacket = packet.number;
      return last;
    }
    const slot = this.findSlot(packet, transport, srcPort, dstPort);
    const found = this.slots[slot]!;
    if (found !== 0) {
      const known = found > 0 ? this.current[found - 1]! : this.grow(found);
      known.lastPacket = packet.number;
      this.last = known;
      return known;
    }
    packet.direction = 0;
    const flow = this.create(packet, transport, srcPort, dstPort);
    this.current.push(flow);
    this.slots[slot] = this.current.length;
    this.last = flow;
    this.settle(flow);
    return flow;
  }

  /**
   * Takes in a connection whose first segment is this SYN without data, without a flow of its own. False, and nothing done,
   * where there is one with its ends, where it may have been announced, and where a row cannot hold it.
   */
  ask(packet: Packet, transport: number, srcPort: number, dstPort: number, scale: number): boolean {
    if (this.expectations.mayMatch(srcPort, dstPort) || !this.asked.takes(packet)) return false;
    const slot = this.findSlot(packet, transport, srcPort, dstPort);
    if (this.slots[slot] !== 0) return false;
    packet.direction = 0;
    this.asked.add(packet, transport, srcPort, dstPort, scale, this.streams[transport]!++, slot);
    this.slots[slot] = -this.asked.length;
    this.settle(null);
    return true;
  }

  /** The flow of the packet's addresses and ports if there is one; `packet.direction` is set then. */
  find(packet: Packet, transport: number, srcPort: number, dstPort: number): Flow | null {
    const found = this.slots[this.findSlot(packet, transport, srcPort, dstPort)]!;
    if (found === 0) return null;
    return found > 0 ? this.current[found - 1]! : this.grow(found);
  }

  /** A new flow takes the place of the one with the same 5-tuple: its ports were used again by a new connection. */
  renew(packet: Packet, transport: number, srcPort: number, dstPort: number): Flow {
    const slot = this.findSlot(packet, transport, srcPort, dstPort);
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
    for (const flow of this.flows) if (!flow.isOver && isDone(flow)) flow.finish();
    dropOver(this.flows);
    if (this.flows.length === there) return;
    this.current = this.current.filter(({ isOver }) => !isOver);
    this.place(this.slots.length);
  }

  /** After a newcomer: no more than there may be, and slots that are half empty. Its flow, null for one that has none yet. */
  private settle(newest: Flow | null): void {
    const count = this.current.length + this.asked.length;
    this.newcomers++;
    if (count > this.mostCurrent) this.finishSilent(newest);
    else if (count * 2 > this.slots.length) this.place(this.slots.length * 2);
    else if (this.looks > MOST_LOOKS && this.newcomers >= count * BEFORE_NEXT_SEED) this.place(this.slots.length);
  }

  /** Of a connection that was asked for another packet has come: makes its flow. */
  private grow(found: number): Flow {
    const { asked, slots } = this;
    const row = -1 - found;
    const flow = asked.flowOf(row);
    this.current.push(flow);
    slots[asked.slotOf(row)] = this.current.length;
    asked.remove(row);
    if (row < asked.length) slots[asked.slotOf(row)] = -1 - row;
    this.remember(flow);
    return flow;
  }

  private create(packet: Packet, transport: number, srcPort: number, dstPort: number): Flow {
    const flow = new Flow(this.streams[transport]!++, transport, packet, srcPort, dstPort);
    flow.firstSeconds = flow.lastSeconds = packet.seconds;
    flow.firstNanoseconds = flow.lastNanoseconds = packet.nanoseconds;
    flow.lastPacket = packet.number;
    flow.application = this.expectations.match(flow);
    this.remember(flow);
    return flow;
  }

  private remember(flow: Flow): void {
    this.flows.push(flow);
    if (this.flows.length <= this.mostRemembered) return;
    if (!this.remembersOver) dropOver(this.flows);
    else
      this.forgotten += forgetOldest(this.flows, this.flows.length - Math.floor(this.mostRemembered * LEFT_REMEMBERED));
  }

  /** Where the packet's flow is, or would be. Sets `packet.direction` when it is there. */
  private findSlot(packet: Packet, transport: number, srcPort: number, dstPort: number): number {
    const { slots, tags, current, asked, hash } = this;
    const mask = slots.length - 1;
    const { ipVersion, src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = packet;
    const tag = hash.ofEnds(transport, ipVersion, src0, src1, src2, src3, srcPort, dst0, dst1, dst2, dst3, dstPort);
    let slot = tag & mask;
    for (let looks = 1; ; looks++) {
      const index = slots[slot]!;
      if (index === 0) {
        this.looks = looks;
        tags[slot] = tag; // for the flow that will be put there; where nothing is, nobody reads it
        return slot;
      }
      if (tags[slot] === tag) {
        if (index > 0) {
          if (setDirection(current[index - 1]!, packet, transport, srcPort, dstPort)) return slot;
        } else if (asked.has(-1 - index, packet, transport, srcPort, dstPort)) return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  /**
   * A flood of flows must not grow without end, and those that are alive must outlive it: the half that was silent longest
   * is over, of those that never were established as long as these are many.
   */
  private finishSilent(newest: Flow | null): void {
    const { current, asked } = this;
    const flows = current.length;
    const count = flows + asked.length;
    // each flow is looked at once: they lie all over memory, and to fetch one takes longer than what is done with it
    const last = new Float64Array(count);
    const isEstablished = new Uint8Array(flows);
    let established = 0;
    for (let index = 0; index < flows; index++) {
      last[index] = current[index]!.lastPacket;
      if (current[index]!.isEstablished) established += isEstablished[index] = 1;
    }
    for (let row = 0; row < asked.length; row++) last[flows + row] = asked.packetOf(row);
    const spares = count - established >= count * LEAST_PASSING;
    const judged = spares ? last.filter((_, index) => index >= flows || isEstablished[index] === 0) : last.slice();
    const median = nthSmallest(judged, judged.length, judged.length >> 1);
    this.current = current.filter((flow, index) => {
      if (last[index]! > median || flow === newest || (spares && isEstablished[index] === 1)) return true;
      flow.finish();
      return false;
    });
    // from behind: one that goes gives its place to one that stays
    const newestRow = newest === null ? asked.length - 1 : -1;
    for (let row = asked.length - 1; row >= 0; row--) {
      if (last[flows + row]! <= median && row !== newestRow) asked.remove(row);
    }
    if (!this.remembersOver) dropOver(this.flows);
    this.place(this.slots.length);
  }

  /** Puts the current flows into a table of so many slots, by another seed. */
  private place(slots: number): void {
    const { hash, current, asked } = this;
    hash.renew();
    this.newcomers = 0;
    if (slots === this.slots.length) this.slots.fill(0);
    else {
      this.slots = this.makeSlots(slots);
      this.tags = new Int32Array(slots);
    }
    for (let index = 0; index < current.length; index++) {
      const { ipVersion, transport, a0, a1, a2, a3, aPort, b0, b1, b2, b3, bPort } = current[index]!;
      this.point(hash.ofEnds(transport, ipVersion, a0, a1, a2, a3, aPort, b0, b1, b2, b3, bPort), index + 1);
    }
    for (let row = 0; row < asked.length; row++) asked.moveTo(row, this.point(asked.hashOf(row, hash), -1 - row));
  }

  /** Lets a free slot for this hash point to an entry. Returns which. */
  private point(tag: number, entry: number): number {
    const { slots, tags } = this;
    const mask = slots.length - 1;
    let slot = tag & mask;
    while (slots[slot] !== 0) slot = (slot + 1) & mask;
    slots[slot] = entry;
    tags[slot] = tag;
    return slot;
  }
}
