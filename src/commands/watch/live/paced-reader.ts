import type { CaptureReader } from '../../../core/capture/capture-reader.ts';
import type { Packet } from '../../../core/wire/packet.ts';
import type { PaceGate } from './pace-gate.ts';

/** A reader whose packets come when the gate lets them pass. It must be given the same packet each time. */
export class PacedReader implements CaptureReader {
  private readonly reader: CaptureReader;
  private readonly gate: PaceGate;
  private readonly signal: AbortSignal;
  /** The packet has a frame that may not pass yet. */
  private isWaiting = false;
  private isEmpty = true;

  constructor(reader: CaptureReader, gate: PaceGate, signal: AbortSignal) {
    this.reader = reader;
    this.gate = gate;
    this.signal = signal;
  }

  get format() {
    return this.reader.format;
  }
  get interfaces() {
    return this.reader.interfaces;
  }
  get problems() {
    return this.reader.problems;
  }
  get comment() {
    return this.reader.comment;
  }
  get secrets() {
    return this.reader.secrets;
  }
  get names() {
    return this.reader.names;
  }
  get section() {
    return this.reader.section;
  }
  get options() {
    return this.reader.options;
  }
  get record() {
    return this.reader.record;
  }
  get keepsAllInterfaces() {
    return this.reader.keepsAllInterfaces;
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

  close(): Promise<void> {
    return this.reader.close();
  }
}
