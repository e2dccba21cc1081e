import type { CaptureReader } from '../capture/capture-reader.ts';
import { keyLogOf } from '../keylog/file-secrets.ts';
import { SessionSecrets } from '../keylog/session-secrets.ts';
import type { Slices } from '../slices.ts';
import { keepYoungSmall, tightenHeap } from '../tight-heap.ts';
import type { Dissector } from '../wire/dissector.ts';
import { Packet } from '../wire/packet.ts';

/**
 * Processes one dissected packet, which is valid until the function returns. If it throws, only that packet's meaning
 * is lost.
 */
export type PacketListener = (packet: Packet) => void;

/** Runs after a piece of the capture has been read and before its packets are dissected; `more` is false at the end. */
export type Pause = (more: boolean) => Promise<void>;

/** Packets between two questions whether a slice is over: a tenth of a millisecond, or two. */
const ASKED_AFTER = 16;

/**
 * The packets of one capture, file or device, dissected once for all listeners. There is one packet object, filled
 * again for each packet. Either `run` or `pieces` goes through all of it, or `fill` and `next` go step by step.
 */
export class PacketFeed {
  readonly packet = new Packet();
  readonly reader: CaptureReader;
  readonly dissector: Dissector;
  private readonly listeners: PacketListener[] = [];
  private readonly heldListeners: PacketListener[] = [];
  private readonly pauses: Pause[] = [];
  private slices: Slices | null = null;
  /** How many want packets to wait, and when the last of them is done; null where nobody does. */
  private halts = 0;
  private halted: Promise<void> | null = null;
  private goOn = (): void => {};
  /** Blocks of keys that the dissector has, and what it had them put into. */
  private secretBlocks = 0;
  private fileSecrets: SessionSecrets | null = null;

  constructor(reader: CaptureReader, dissector: Dissector) {
    this.reader = reader;
    this.dissector = dissector;
  }

  /** The number of packets handed out so far. */
  get count(): number {
    return this.packet.number;
  }

  /** Whether there are listeners to packets. */
  get isHeard(): boolean {
    return this.listeners.length > 0;
  }

  /** Calls each listener with every packet from now on, after the listeners that were added before. */
  listen(...listeners: readonly PacketListener[]): void {
    this.listeners.push(...listeners);
  }

  /**
   * Calls each listener when `run` or `pieces` is over, with the messages of segments that still waited for some before
   * them: in packets that were counted already.
   */
  listenToHeld(...listeners: readonly PacketListener[]): void {
    this.heldListeners.push(...listeners);
  }

  /** After each piece, packets wait for `pause`, which may do something that takes time. */
  pauseAfterPiece(pause: Pause): void {
    this.pauses.push(pause);
  }

  /** `run` and `pieces` dissect no packet while this work lasts: what they told stays as it is. */
  async halt<Result>(work: () => Promise<Result>): Promise<Result> {
    this.halted ??= new Promise((resolve) => {
      this.goOn = resolve;
    });
    this.halts++;
    try {
      return await work();
    } finally {
      if (--this.halts === 0) {
        this.halted = null;
        this.goOn();
      }
    }
  }

  /** From now on, `run` and `pieces` dissect in slices. What makes packets wait after a piece does so after a slice, too. */
  workInSlices(slices: Slices): void {
    this.slices = slices;
  }

  /** Reads until there are packets; false at the end. Rejects as `CaptureReader.fill` does. */
  async fill(): Promise<boolean> {
    const more = await this.reader.fill();
    for (const pause of this.pauses) await pause(more);
    keepYoungSmall();
    tightenHeap(this.dissector.flows.flows.length);
    return more;
  }

  /** Dissects the next packet that has been read and calls all listeners; false when `fill` must be called. */
  next(): boolean {
    if (!this.reader.next(this.packet)) return false;
    this.dissectFrame();
    return true;
  }

  /** Sets the next packet that has been read, without dissecting it or calling listeners: for copying frames. */
  nextFrame(): boolean {
    return this.reader.next(this.packet);
  }

  /** Dissects the packet that `nextFrame` set, and calls all listeners. */
  dissectFrame(): void {
    if (this.reader.secrets.length > this.secretBlocks) this.takeSecrets();
    this.dissector.dissect(this.packet);
    this.tell(this.listeners);
  }

  /** Dissects all packets that have been read. */
  drain(): void {
    const { reader, packet, dissector } = this;
    while (reader.next(packet)) {
      if (reader.secrets.length > this.secretBlocks) this.takeSecrets();
      dissector.dissect(packet);
      this.tell(this.listeners);
    }
  }

  /** Continues to the end, or until `signal` aborts; yields after each piece. Rejects as `fill` does. */
  async *pieces(signal: AbortSignal): AsyncGenerator<void> {
    while (!signal.aborted && (await this.fill())) {
      await this.drainInSlices(signal);
      yield;
    }
    this.end();
  }

  /** The same, without yielding. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && (await this.fill())) await this.drainInSlices(signal);
    this.end();
  }

  private async drainInSlices(signal: AbortSignal): Promise<void> {
    const { slices } = this;
    for (;;) {
      while (this.halted !== null) await this.halted;
      if (slices === null) return this.drain();
      slices.begin();
      do {
        for (let left = ASKED_AFTER; left > 0; left--) if (!this.next()) return;
      } while (!slices.isOver());
      await slices.rest();
      if (signal.aborted) return;
      for (const pause of this.pauses) await pause(true);
    }
  }

  /** Gives the dissector the keys that the capture told since, beside those it was given. */
  private takeSecrets(): void {
    const { secrets } = this.reader;
    for (; this.secretBlocks < secrets.length; this.secretBlocks++) {
      const keyLog = keyLogOf(secrets[this.secretBlocks]!);
      if (keyLog === null) continue;
      this.fileSecrets ??= new SessionSecrets();
      this.fileSecrets.addWhole(keyLog);
      this.dissector.giveFileSecrets(this.fileSecrets);
    }
  }

  private end(): void {
    this.dissector.end(this.packet, () => this.tell(this.heldListeners));
  }

  private tell(listeners: readonly PacketListener[]): void {
    const { packet } = this;
    for (let index = 0; index < listeners.length; index++) {
      try {
        listeners[index]!(packet);
      } catch (error) {
        this.dissector.faults.note(packet, error);
      }
    }
  }
}
