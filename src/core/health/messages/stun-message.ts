import { Buffer } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { formatIp } from '../../net/ip-address.ts';

// RFC 8489, 5: type (2), length (2), magic cookie (4), transaction (12)
const HEADER = 20;
const LENGTH = 2;
const COOKIE = 0x2112a442;
const COOKIE_AT = 4;
const TRANSACTION = 8;
export const TRANSACTION_BYTES = 12;
const BINDING_REQUEST = 0x0001;
const BINDING_SUCCESS = 0x0101;
const BINDING_ERROR = 0x0111;
// 14: attributes have type (2), length (2), and end at a multiple of four
const ATTRIBUTE_HEADER = 4;
const MAPPED_ADDRESS = 0x0001;
const ERROR_CODE = 0x0009;
const XOR_MAPPED_ADDRESS = 0x0020;
const FINGERPRINT = 0x8028;
const FINGERPRINT_XOR = 0x5354554e;
const IPV4 = 1;
const IPV6 = 2;
const MOST_REASON = 100;

/** Where a datagram came from, as the one who received it says. */
export interface MappedAddress {
  readonly addr: string;
  readonly port: number;
}

export interface StunAnswer {
  /** Null for an error, and for a server that does not say. */
  readonly mapped: MappedAddress | null;
  /** `400 Bad Request`; null for none. */
  readonly error: string | null;
}

/** A Binding request without attributes (RFC 8489, 3). `transaction` is 12 random bytes. */
export function bindingRequest(transaction: Uint8Array): Buffer {
  const request = Buffer.alloc(HEADER);
  request.writeUInt16BE(BINDING_REQUEST);
  request.writeUInt32BE(COOKIE, COOKIE_AT);
  request.set(transaction, TRANSACTION);
  return request;
}

/** The transaction that a message of STUN is about, in hexadecimal; null for what is no message of STUN. */
export function transactionOf(message: Buffer): string | null {
  if (message.length < HEADER || (message[0]! & 0xc0) !== 0 || message.readUInt32BE(COOKIE_AT) !== COOKIE) return null;
  if (message.readUInt16BE(LENGTH) !== message.length - HEADER) return null;
  return message.toString('hex', TRANSACTION, TRANSACTION + TRANSACTION_BYTES);
}

/**
 * Reads an answer to a Binding request, of which `transactionOf` is known; null when it is none, or when its attributes or
 * its FINGERPRINT are wrong. XOR-MAPPED-ADDRESS goes before MAPPED-ADDRESS, which middleboxes rewrite.
 */
export function readStunAnswer(message: Buffer): StunAnswer | null {
  const type = message.readUInt16BE();
  if (type !== BINDING_SUCCESS && type !== BINDING_ERROR) return null;
  let xored: MappedAddress | null = null;
  let plain: MappedAddress | null = null;
  let error = '';
  for (let at = HEADER; at < message.length; ) {
    if (at + ATTRIBUTE_HEADER > message.length) return null;
    const attribute = message.readUInt16BE(at);
    const from = at + ATTRIBUTE_HEADER;
    const end = from + message.readUInt16BE(at + LENGTH);
    if (end > message.length) return null;
    const value = message.subarray(from, end);
    if (attribute === XOR_MAPPED_ADDRESS) xored ??= mappedAddress(value, message.subarray(COOKIE_AT, HEADER));
    else if (attribute === MAPPED_ADDRESS) plain ??= mappedAddress(value, NO_MASK);
    else if (attribute === ERROR_CODE) error = errorText(value);
    else if (attribute === FINGERPRINT) return isFingerprint(message, at, value) ? answer() : null; // it is the last
    at = (end + 3) & ~3;
  }
  return answer();

  function answer(): StunAnswer {
    const failed = type === BINDING_ERROR;
    return { mapped: failed ? null : (xored ?? plain), error: failed ? error || 'no reason' : null };
  }
}

const NO_MASK = Buffer.alloc(16);

/** RFC 8489, 14.1 and 14.2: a byte of nothing, family, port, address; port and address xored with cookie and transaction. */
function mappedAddress(value: Buffer, mask: Buffer): MappedAddress | null {
  const length = value[1] === IPV4 ? 4 : value[1] === IPV6 ? 16 : 0;
  if (length === 0 || value.length !== 4 + length) return null;
  const bytes = value.subarray(4).map((byte, index) => byte ^ mask[index]!);
  const family = length === 4 ? 'ipv4' : 'ipv6';
  return { addr: formatIp({ family, bytes }), port: value.readUInt16BE(2) ^ mask.readUInt16BE() };
}

/** 14.8: 21 bits of nothing, class, number, reason. */
function errorText(value: Buffer): string {
  if (value.length < 4) return '';
  const code = (value[2]! & 7) * 100 + value[3]!;
  return `${code} ${value.toString('utf8', 4).slice(0, MOST_REASON)}`.trim();
}

/** 14.7: of all that is before it. */
function isFingerprint(message: Buffer, at: number, value: Buffer): boolean {
  return value.length === 4 && value.readUInt32BE() === (crc32(message.subarray(0, at)) ^ FINGERPRINT_XOR) >>> 0;
}
