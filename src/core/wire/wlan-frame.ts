import { u16, u16le } from './bytes.ts';

// IEEE 802.11, 9.2.3: frame control (2), duration (2), addresses (6 each), sequence (2), QoS (2), HT control (4).
export const HEADER = 24;
const FIRST_ADDRESS = 4;
const SECOND_ADDRESS = 10;
const THIRD_ADDRESS = 16;
const SEQUENCE = 22;
const FOURTH_ADDRESS = 24;
const VERSION = 3;
/** The station saves power. */
const PLAUSIBLE_FLAG = 0x10;
export const MANAGEMENT = 0;
export const CONTROL = 1;
export const DATA = 2;
export const TO_DS = 0x01;
export const FROM_DS = 0x02;

/** By type and subtype (9.2.4.1.3), as Wireshark names them. */
const NAMES: readonly (readonly (string | undefined)[])[] = [
  [
    'Association Request',
    'Association Response',
    'Reassociation Request',
    'Reassociation Response',
    'Probe Request',
    'Probe Response',
    'Measurement Pilot',
    undefined,
    'Beacon frame',
    'ATIM',
    'Disassociate',
    'Authentication',
    'Deauthentication',
    'Action',
    'Action No Ack',
  ],
  [
    undefined,
    undefined,
    'Trigger',
    undefined,
    'Beamforming Report Poll',
    'VHT/HE NDP Announcement',
    undefined,
    'Control Wrapper',
    '802.11 Block Ack Req',
    '802.11 Block Ack',
    'Power-Save poll',
    'Request-to-send',
    'Clear-to-send',
    'Acknowledgement',
    'CF-End (Control-frame)',
    'CF-End + CF-Ack (Control-frame)',
  ],
  [
    'Data',
    'Data + CF-Ack',
    'Data + CF-Poll',
    'Data + CF-Ack + CF-Poll',
    'Null function (No data)',
    'Acknowledgement (No data)',
    'CF-Poll (No data)',
    'CF-Ack/Poll (No data)',
    'QoS Data',
    'QoS Data + CF-Acknowledgment',
    'QoS Data + CF-Poll',
    'QoS Data + CF-Ack + CF-Poll',
    'QoS Null function (No data)',
    undefined,
    'QoS CF-Poll (No Data)',
    'QoS CF-Ack + CF-Poll (No data)',
  ],
];
const TYPES = ['Management frame', 'Control frame', 'Data frame', 'Extension frame'];
/** A letter for each flag that is set, the highest first, as in Wireshark. */
const FLAGS = 'opmPRMFT';
/** Where the SSID begins in a body that has one: behind its fixed fields (9.3.3). */
const SSID_AT: Readonly<Record<number, number>> = { 0: 4, 2: 10, 4: 0, 5: 12, 8: 12 };
const LONGEST_SSID = 32;
/** What stands for bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd';

/**
 * Access points of Cisco write the frame control that they send in CAPWAP in the other order: it shows by the version, the
 * first two bits, which is 0 in every frame; or else by flags that no Association Request has, which are a subtype.
 */
export function isSwappedAt(bytes: Uint8Array, start: number): boolean {
  const [first, second] = [bytes[start]!, bytes[start + 1]!];
  if (first === 0) return second > PLAUSIBLE_FLAG && (second & 15) === 0;
  return (first & VERSION) !== 0 && (second & VERSION) === 0;
}

/** The number of a frame, and of its fragment in the last four bits; in the other order where the frame control is. */
export const sequenceAt = (bytes: Uint8Array, start: number, isSwapped: boolean): number =>
  isSwapped ? u16(bytes, start + SEQUENCE) : u16le(bytes, start + SEQUENCE);

const controlAt = (bytes: Uint8Array, start: number): number => bytes[isSwappedAt(bytes, start) ? start + 1 : start]!;
const flagsAt = (bytes: Uint8Array, start: number): number => bytes[isSwappedAt(bytes, start) ? start : start + 1]!;

/** The type of the frame that begins at `start`, and its subtype. */
export const typeOf = (bytes: Uint8Array, start: number): string => TYPES[(controlAt(bytes, start) >> 2) & 3]!;

export function subtypeOf(bytes: Uint8Array, start: number): string {
  const control = controlAt(bytes, start);
  return NAMES[(control >> 2) & 3]?.[control >> 4] ?? typeOf(bytes, start);
}

/** Its kind, its number where it has one, and its flags: of the frame in [start, end), which has ten bytes at least. */
export function frameInfo(bytes: Uint8Array, start: number, end: number): string {
  const type = (controlAt(bytes, start) >> 2) & 3;
  const flags = flagsAt(bytes, start);
  const isNumbered = (type === MANAGEMENT || type === DATA) && end - start >= HEADER;
  const sequence = isNumbered ? sequenceAt(bytes, start, isSwappedAt(bytes, start)) : 0;
  const number = isNumbered ? `, SN=${sequence >> 4}, FN=${sequence & 15}` : '';
  const letters = Array.from(FLAGS, (letter, index) => ((flags & (0x80 >> index)) === 0 ? '.' : letter)).join('');
  return `${subtypeOf(bytes, start)}${number}, Flags=${letters}`;
}

/**
 * The name of the network in a management frame that begins at `start` and has its body in [body, end): in quotes, or in
 * hexadecimal where it is no text; null without one.
 */
export function ssidOf(bytes: Uint8Array, start: number, body: number, end: number): string | null {
  const fixed = SSID_AT[controlAt(bytes, start) >> 4];
  if (fixed === undefined) return null;
  const at = body + fixed;
  if (at + 2 > end || bytes[at] !== 0) return null;
  const length = bytes[at + 1]!;
  if (length > LONGEST_SSID || at + 2 + length > end) return null;
  if (length === 0) return 'Wildcard (Broadcast)';
  const name = Buffer.from(bytes.subarray(at + 2, at + 2 + length));
  const text = name.toString('utf8');
  return text.includes(REPLACEMENT) ? name.toString('hex') : `"${text}"`;
}

/** Where the address is of whom the frame is for: of data not the access point's, through which it goes (9.3.2.1). */
export function destinationAt(bytes: Uint8Array, start: number): number {
  return start + (isData(bytes, start) && (flagsAt(bytes, start) & TO_DS) !== 0 ? THIRD_ADDRESS : FIRST_ADDRESS);
}

/** Where the address is of who sent the frame first. */
export function sourceAt(bytes: Uint8Array, start: number): number {
  const flags = flagsAt(bytes, start);
  if (!isData(bytes, start) || (flags & FROM_DS) === 0) return start + SECOND_ADDRESS;
  return start + ((flags & TO_DS) === 0 ? THIRD_ADDRESS : FOURTH_ADDRESS);
}

const isData = (bytes: Uint8Array, start: number): boolean => ((controlAt(bytes, start) >> 2) & 3) === DATA;
