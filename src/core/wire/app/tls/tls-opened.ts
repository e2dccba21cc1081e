import { u24 } from '../../bytes.ts';
import type { Packet } from '../../packet.ts';
import { alertName, handshakeName } from './tls-names.ts';
import { ALERT, HANDSHAKE, HANDSHAKE_HEADER } from './tls-record.ts';

const MOST_NAMES = 16;
/** Handshake messages that come only encrypted; in clear, their numbers are taken for chance. */
const ENCRYPTED_ONLY: Readonly<Record<number, string>> = { 5: 'End of Early Data', 24: 'Key Update' };

/** A record whose content is no application data. */
interface OpenedRecord {
  /** Where the record lies. */
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly type: number;
  readonly plaintext: Uint8Array;
  /** Where the first message begins in it. */
  readonly from: number;
}

class OpenedPacket {
  readonly number: number;
  readonly records: OpenedRecord[] = [];

  constructor(number: number) {
    this.number = number;
  }
}

const packets = new WeakMap<Packet, OpenedPacket>();

/** Remembers, as long as the packet lasts, what its record at `at` held. */
export function noteOpenedRecord(packet: Packet, at: number, type: number, plaintext: Uint8Array, from: number): void {
  let known = packets.get(packet);
  if (known === undefined || known.number !== packet.number) {
    known = new OpenedPacket(packet.number);
    packets.set(packet, known);
  }
  known.records.push({ bytes: packet.bytes, at, type, plaintext, from });
}

/** What the record at `at` held, `Encrypted Extensions, Finished`; null for one that was not opened, or held data. */
export function openedRecordName(packet: Packet, bytes: Uint8Array, at: number): string | null {
  const known = packets.get(packet);
  if (known === undefined || known.number !== packet.number) return null;
  const record = known.records.find((one) => one.at === at && one.bytes === bytes);
  if (record === undefined) return null;
  if (record.type === ALERT) return alertName(record.plaintext, 0, record.plaintext.length);
  return record.type === HANDSHAKE ? messageNames(record) : null;
}

function messageNames({ plaintext, from }: OpenedRecord): string | null {
  const names: string[] = [];
  for (let at = from; at + HANDSHAKE_HEADER <= plaintext.length && names.length < MOST_NAMES; ) {
    const type = plaintext[at]!;
    names.push(handshakeName(type) ?? ENCRYPTED_ONLY[type] ?? `Handshake message ${type}`);
    at += HANDSHAKE_HEADER + u24(plaintext, at + 1);
  }
  return names.length === 0 ? null : names.join(', ');
}
