import type { CaptureReader } from '../capture/capture-reader.ts';
import { tightenHeap } from '../tight-heap.ts';
import type { Dissector } from '../wire/dissector.ts';
import { Packet } from '../wire/packet.ts';

/** Takes in one dissected packet, which is valid until it returns. What it throws costs that packet's meaning alone. */
export type PacketListener = (packet: Packet) => void;

/** Runs after a piece of the capture was read and before its packets are dissected; `more` is false at the end. */
export type Pause = (more: boolean) => Promise<void>;

/**
 * The packets of one capture, file or device, dissected once for everybody who listens. There is one packet object,
 * filled anew each time. Either `run` or `pieces` goes through all of it, or `fill` and `next` go step by step.
 */
export class PacketFeed {
  readonly packet = new Packet();
  readonly reader: CaptureReader;
  readonly dissector: Dissector;
  private readonly listeners: PacketListener[] = [];
  private readonly pauses: Pause[] = [];

  constructor(reader: CaptureReader, dissector: Dissector) {
    this.reader = reader;
    this.dissector = dissector;
  }

  /** Packets handed out so far. */
  get count(): number {
    return this.packet.number;
  }

  /** `listener` is told of every packet from now on, after those that listened before. */
  listen(listener: PacketListener): void {
    this.listeners.push(listener);
  }

  /** Packets wait for `pause` after each piece, which may do what takes time. */
  pauseAfterPiece(pause: Pause): void {
    this.pauses.push(pause);
  }

  /** Reads on until there are packets; false at the end. Rejects as `CaptureReader.fill` does. */
  async fill(): Promise<boolean> {
    const more = await this.reader.fill();
    for (const pause of this.pauses) await pause(more);
    tightenHeap(this.dissector.flows.flows.length);
    return more;
  }

  /** Dissects the next packet at hand and tells everybody; false when `fill` must be called. */
  next(): boolean {
    const { packet, listeners, dissector } = this;
    if (!this.reader.next(packet)) return false;
    dissector.dissect(packet);
    for (let index = 0; index < listeners.length; index++) {
      try {
        listeners[index]!(packet);
      } catch (error) {
        dissector.faults.note(packet, error);
      }
    }
    return true;
  }

  /** Sets the next packet at hand, not dissected and told to nobody: for who copies frames. */
  nextFrame(): boolean {
    return this.reader.next(this.packet);
  }

  /** All packets at hand. */
  drain(): void {
    while (this.next()) {
      // told to those who listen
    }
  }

  /** Goes on to the end, or until `signal` aborts; yields after each piece. Rejects as `fill` does. */
  async *pieces(signal: AbortSignal): AsyncGenerator<void> {
    while (!signal.aborted && (await this.fill())) {
      this.drain();
      yield;
    }
  }

  /** The same, without a stop. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.fill())) this.drain();
  }
}
