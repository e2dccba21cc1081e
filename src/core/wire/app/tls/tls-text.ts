import { u16, u24 } from '../../bytes.ts';
import type { Packet } from '../../packet.ts';
import type { FieldWriter } from '../../protocol.ts';
import { readClientHello } from './tls-hello.ts';
import { alertName, handshakeName, tlsVersionName } from './tls-names.ts';
import { openedRecordName } from './tls-opened.ts';
import {
  ALERT,
  APPLICATION_DATA,
  CHANGE_CIPHER_SPEC,
  CLIENT_HELLO,
  HANDSHAKE,
  HANDSHAKE_HEADER,
  isRecord,
  LONGEST_MESSAGE,
  RECORD,
  SSL2,
} from './tls-record.ts';

const MOST_FIELDS = 64;
const MOST_NAMES = 32;

/** Each record of the layer with its type and length, for `capture -V`. */
export function writeRecords(packet: Packet, layer: number, out: FieldWriter): void {
  const bytes = packet.layerBytes[layer]!;
  const end = packet.layerEnd[layer]!;
  let at = packet.layerStart[layer]!;
  for (let count = 0; at + RECORD <= end && isRecord(bytes, at) && count < MOST_FIELDS; count++) {
    const length = u16(bytes, at + 3);
    out.open(`${tlsVersionName(u16(bytes, at + 1)) ?? 'TLS'} Record Layer`, recordName(packet, bytes, at, end));
    out.field('Content Type', bytes[at]!);
    out.field('Length', length);
    out.close();
    at += RECORD + length;
  }
}

/** What the records of the layer are, in their order: `Client Hello (SNI=example.org)`. */
export function recordNames(packet: Packet, layer: number): string[] {
  const bytes = packet.layerBytes[layer]!;
  const end = packet.layerEnd[layer]!;
  const names: string[] = [];
  let at = packet.layerStart[layer]!;
  if (at + RECORD <= end && bytes[at] === SSL2 && bytes[at + 2] === CLIENT_HELLO) return ['Client Hello'];
  while (at + RECORD <= end && isRecord(bytes, at) && names.length < MOST_NAMES) {
    names.push(recordName(packet, bytes, at, end));
    at += RECORD + u16(bytes, at + 3);
  }
  return names;
}

function recordName(packet: Packet, bytes: Uint8Array, at: number, end: number): string {
  const opened = openedRecordName(packet, bytes, at);
  if (opened !== null) return opened;
  switch (bytes[at]) {
    case CHANGE_CIPHER_SPEC:
      return 'Change Cipher Spec';
    case ALERT:
      return u16(bytes, at + 3) === 2
        ? alertName(bytes, at + RECORD, Math.min(end, at + RECORD + 2))
        : 'Encrypted Alert';
    case APPLICATION_DATA:
      return 'Application Data';
    case HANDSHAKE: {
      const name = handshakeName(bytes[at + RECORD] ?? 255);
      const length = at + RECORD + HANDSHAKE_HEADER <= end ? u24(bytes, at + RECORD + 1) : -1;
      if (name === undefined || length > LONGEST_MESSAGE) return 'Encrypted Handshake Message';
      if (bytes[at + RECORD] !== CLIENT_HELLO) return name;
      const serverName = readClientHello(bytes, at + RECORD + HANDSHAKE_HEADER, end, false)?.serverName;
      return serverName ? `${name} (SNI=${serverName})` : name;
    }
    default:
      return 'Heartbeat';
  }
}
