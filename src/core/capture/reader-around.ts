import type { Packet } from '../wire/packet.ts';
import type { CaptureReader } from './capture-reader.ts';

/** A reader around another one, of which it says all that it does not say itself. */
export abstract class ReaderAround implements CaptureReader {
  protected readonly reader: CaptureReader;

  constructor(reader: CaptureReader) {
    this.reader = reader;
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

  abstract next(packet: Packet): boolean;
  abstract fill(): Promise<boolean>;

  close(): Promise<void> {
    return this.reader.close();
  }
}
