import { NO_OPTIONS } from './capture-reader.ts';
import { read32 } from './pcap-reader.ts';
import { copiedOptions, type Layouts, NAME_RECORDS, OF_NAMES, OF_SECRETS } from './pcapng-copied.ts';
import { pcapngOptions } from './pcapng-options.ts';

/** Some programs write a block for each session, others one for all. */
const MOST_SECRETS = 16_384;
const MOST_SECRET_BYTES = 16 * 1024 * 1024;
const MOST_NAMES = 64;
/** Of all sections, interfaces and names, in bytes: what a copy says again, and memory holds until then. */
const MOST_KEPT = 4 * 1024 * 1024;

/** What a pcapng file says beside its packets, kept in little-endian order for who copies it; bounded. */
export class KeptBlocks {
  /** Bodies of blocks. */
  readonly secrets: Uint8Array[] = [];
  readonly names: Uint8Array[] = [];
  private kept = 0;
  private secretBytes = 0;
  private lostSecrets = 0;

  /** A copy of the options in [start, end), without an end; empty when too many were kept before. */
  keepOptions(bytes: Uint8Array, start: number, end: number, little: boolean, layouts: Layouts): Uint8Array {
    if (end - start < 4 || this.kept + end - start > MOST_KEPT) return NO_OPTIONS;
    const options = copiedOptions(bytes, start, end, little, layouts);
    this.kept += options.length;
    return options;
  }

  /** Records of addresses and names up to an end, then options. */
  keepNames(bytes: Uint8Array, start: number, end: number, little: boolean): void {
    if (this.names.length >= MOST_NAMES) return;
    let after = start;
    for (const record of pcapngOptions(bytes, start, end, little)) {
      after = record.end + ((record.start - record.end) & 3);
    }
    const records = this.keepOptions(bytes, start, after, little, NAME_RECORDS);
    if (records.length === 0) return;
    const options = this.keepOptions(bytes, after + 4, end, little, OF_NAMES);
    const body = new Uint8Array(records.length + 4 + (options.length === 0 ? 0 : options.length + 4));
    body.set(records);
    body.set(options, records.length + 4);
    this.names.push(body);
  }

  /**
   * Type and length in the section's byte order, then the keys as text, then options. What is wrong, for the first block that
   * is not kept because there were too many.
   */
  keepSecrets(bytes: Uint8Array, start: number, end: number, little: boolean): string | null {
    if (end - start < 8) return null;
    if (this.secrets.length >= MOST_SECRETS || this.secretBytes + end - start > MOST_SECRET_BYTES) {
      if (this.lostSecrets++ > 0) return null;
      return `there are too many keys: only the first ${this.secrets.length} blocks of them are used`;
    }
    this.secretBytes += end - start;
    const body = bytes.slice(start, end);
    const view = new DataView(body.buffer);
    for (const at of [0, 4]) view.setUint32(at, read32(bytes, start + at, little), true);
    const keys = view.getUint32(4, true);
    const options = 8 + keys + (-keys & 3);
    if (!little && options < body.length) {
      const turned = copiedOptions(bytes, start + options, end, little, OF_SECRETS);
      body.fill(0, options);
      body.set(turned, options);
    }
    this.secrets.push(body);
    return null;
  }
}
