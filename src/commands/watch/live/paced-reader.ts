import type { CaptureReader } from '../../../core/capture/capture-reader.ts';
import { ReaderAround } from '../../../core/capture/reader-around.ts';
import type { Packet } from '../../../core/wire/packet.ts';
import type { PaceGate } from './pace-gate.ts';

/** A reader whose packets come when the gate lets them pass. It must be given the same packet each time. */
export class PacedReader extends ReaderAround {
  private readonly gate: PaceGate;
  private readonly signal: AbortSignal;
  /** The packet has a frame that may not pass yet. */
  private isWaiting = false;
  private isEmpty = true;

  constructor(reader: CaptureReader, gate: PaceGate, signal: AbortSignal) {
    super(reader);
    this.gate = gate;
    this.signal = signal;
  }

  next(packet: Packet): boolean {
    if (!this.isWaiting && !this.reader.next(packet)) {
      this.isEmpty = true;
      return false;
    }
    this.isWaiting = !this.gate.passes(packet.seconds + packet.nanoseconds / 1e9);
    return !this.isWaiting;
  }

  async fill(): Promise<boolean> {
    await this.gate.opens(this.signal);
    if (!this.isEmpty) return true;
    this.isEmpty = false;
    return this.reader.fill();
  }
}
