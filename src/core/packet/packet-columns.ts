import type { Flow } from '../wire/flow.ts';

/** How many packets there is room for at first. */
const FIRST_ROOM = 4096;

/** Numbers about packets, a column each, in a ring that grows up to `most` packets. */
export class PacketColumns {
  seconds = new Float64Array(0);
  nanoseconds = new Int32Array(0);
  length = new Uint32Array(0);
  captured = new Int32Array(0);
  chunk = new Int32Array(0);
  offset = new Int32Array(0);
  iface = new Uint32Array(0);
  linkType = new Int32Array(0);
  stream = new Int32Array(0);
  transport = new Uint8Array(0);
  direction = new Uint8Array(0);
  experts = new Uint32Array(0);
  top = new Uint16Array(0);
  previous = new Int32Array(0);
  flow: (Flow | null)[] = [];
  private room = 0;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** Where a packet is that is held. */
  slotOf(number: number): number {
    return number % this.room;
  }

  /** Where the next packet goes; those from `first` on are kept. */
  slotFor(number: number, first: number): number {
    if (number - first >= this.room) this.grow(number, first);
    return number % this.room;
  }

  private grow(number: number, first: number): void {
    const before = this.room;
    const room = Math.min(this.most, Math.max(FIRST_ROOM, before * 2));
    const moved = <T extends { [slot: number]: unknown }>(from: T, to: T): T => {
      for (let one = first; one < number; one++) to[one % room] = from[one % before];
      return to;
    };
    this.seconds = moved(this.seconds, new Float64Array(room));
    this.nanoseconds = moved(this.nanoseconds, new Int32Array(room));
    this.length = moved(this.length, new Uint32Array(room));
    this.captured = moved(this.captured, new Int32Array(room));
    this.chunk = moved(this.chunk, new Int32Array(room));
    this.offset = moved(this.offset, new Int32Array(room));
    this.iface = moved(this.iface, new Uint32Array(room));
    this.linkType = moved(this.linkType, new Int32Array(room));
    this.stream = moved(this.stream, new Int32Array(room));
    this.transport = moved(this.transport, new Uint8Array(room));
    this.direction = moved(this.direction, new Uint8Array(room));
    this.experts = moved(this.experts, new Uint32Array(room));
    this.top = moved(this.top, new Uint16Array(room));
    this.previous = moved(this.previous, new Int32Array(room));
    this.flow = moved(this.flow, new Array<Flow | null>(room).fill(null));
    this.room = room;
  }
}
