import type { CaptureInterface, CaptureReader } from '../capture/capture-reader.ts';
import { interfaceName } from '../redact/capture-redactor.ts';
import { FrameRedactor } from '../redact/frame-redactor.ts';
import type { Redaction } from '../redact/redaction.ts';
import { REGISTRY } from '../wire/all-protocols.ts';
import { Dissector } from '../wire/dissector.ts';
import { Packet } from '../wire/packet.ts';
import type { PacketSource } from './packet-rows.ts';

/**
 * Packets as they are in a redacted capture: their frames are redacted, then dissected. So a record of one, with whatever
 * fields, tells nothing that such a capture does not.
 */
export class RedactedPackets implements PacketSource {
  readonly packet = new Packet();
  readonly dissector: Dissector;
  readonly frames: FrameRedactor;
  /** Who comments on a packet may say anything. */
  readonly comment = null;
  private readonly reader: CaptureReader;
  private readonly named: CaptureInterface[] = [];

  constructor(reader: CaptureReader, redaction: Redaction) {
    this.reader = reader;
    this.dissector = new Dissector(REGISTRY, { decrypts: false });
    this.frames = new FrameRedactor(redaction);
    this.frames.faults = this.dissector.faults;
  }

  /** The interfaces, under numbers instead of their names. */
  get interfaces(): readonly CaptureInterface[] {
    const { named, reader } = this;
    for (let index = named.length; index < reader.interfaces.length; index++) {
      const one = reader.interfaces[index]!;
      named.push({ ...one, name: one.name === null ? null : interfaceName(index) });
    }
    return named;
  }

  /** Sets `packet` to what is left of another one. Show it every packet, in file order. */
  take(from: Packet): void {
    const { packet } = this;
    const length = this.frames.redact(from);
    packet.begin(this.frames.bytes, 0, length, from.length, from.seconds, from.nanoseconds, from.iface, from.linkType);
    packet.number = from.number;
    this.dissector.dissect(packet);
  }
}
