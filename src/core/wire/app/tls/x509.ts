import { u24, utf8 } from '../../bytes.ts';
import { berEnd, berStart, berTag } from '../ber.ts';

// RFC 5280, 4.1: Certificate ::= { tbsCertificate { [0] version, serial, signature, issuer, validity, subject, key, … [3] } … }
const SEQUENCE = 0x30;
const SET = 0x31;
const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const OCTETS = 0x04;
const OBJECT = 0x06;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const DNS_NAME = 0x82;
const LONGEST_NAME = 255;
const MOST_ELEMENTS = 64;
/** 2.5.4.3, commonName, and 2.5.29.17, subjectAltName, as DER has them. */
const COMMON_NAME: readonly number[] = [0x55, 0x04, 0x03];
const ALTERNATIVE_NAME: readonly number[] = [0x55, 0x1d, 0x11];

/** What a certificate says of itself; nothing of it is verified. */
export interface CertificateText {
  /** Seconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Common names; null where there is none. */
  readonly subject: string | null;
  readonly issuer: string | null;
  /** The first name among the alternative ones that is a DNS name. */
  readonly dnsName: string | null;
  /** Whether the names of subject and issuer are the same bytes. */
  readonly isSelfIssued: boolean;
}

/** The first certificate of a Certificate message of TLS 1.2 or older (RFC 5246, 7.4.2), whose body is [start, end). */
export function readFirstCertificate(bytes: Uint8Array, start: number, end: number): CertificateText | null {
  if (start + 6 > end) return null;
  const length = u24(bytes, start + 3);
  const from = start + 6;
  return length === 0 || from + length > end ? null : readCertificate(bytes, from, from + length);
}

/** Reads a DER certificate in [start, end); null for what is none. Never throws, whatever the bytes. */
export function readCertificate(bytes: Uint8Array, start: number, end: number): CertificateText | null {
  const outer = inside(bytes, start, end, SEQUENCE);
  if (outer === null) return null;
  const body = inside(bytes, outer.start, outer.end, SEQUENCE);
  if (body === null) return null;
  let at = body.start;
  if (berTag(bytes, at, body.end) === VERSION) at = berEnd(bytes, at);
  at = after(bytes, at, body.end); // serial number
  at = after(bytes, at, body.end); // signature
  const issuer = inside(bytes, at, body.end, SEQUENCE);
  if (issuer === null) return null;
  const validity = inside(bytes, issuer.end, body.end, SEQUENCE);
  if (validity === null) return null;
  const subject = inside(bytes, validity.end, body.end, SEQUENCE);
  if (subject === null) return null;
  const notBefore = readTime(bytes, validity.start, validity.end);
  const second = after(bytes, validity.start, validity.end);
  const notAfter = readTime(bytes, second, validity.end);
  if (Number.isNaN(notBefore) || Number.isNaN(notAfter)) return null;
  return {
    notBefore,
    notAfter,
    subject: commonName(bytes, subject),
    issuer: commonName(bytes, issuer),
    dnsName: firstDnsName(bytes, subject.end, body.end),
    isSelfIssued: areEqual(bytes, subject, issuer),
  };
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** The contents of the element at `at`, which must have this tag and end by `end`. */
function inside(bytes: Uint8Array, at: number, end: number, tag: number): Range | null {
  if (berTag(bytes, at, end) !== tag) return null;
  const stop = berEnd(bytes, at);
  return stop > end ? null : { start: berStart(bytes, at), end: stop };
}

/** Where the element at `at` ends; `end` where it is none. */
function after(bytes: Uint8Array, at: number, end: number): number {
  return berTag(bytes, at, end) < 0 ? end : Math.min(end, berEnd(bytes, at));
}

/** UTCTime or GeneralizedTime in UTC (RFC 5280, 4.1.2.5); NaN for another form. */
function readTime(bytes: Uint8Array, at: number, end: number): number {
  const tag = berTag(bytes, at, end);
  if (tag !== UTC_TIME && tag !== GENERALIZED_TIME) return Number.NaN;
  const text = textOf(bytes, berStart(bytes, at), Math.min(end, berEnd(bytes, at)));
  const digits = tag === UTC_TIME ? `${text < '5' ? '20' : '19'}${text}` : text;
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits)?.slice(1).map(Number);
  if (parts === undefined) return Number.NaN;
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number];
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** The last commonName of a Name, which is the most specific one. */
function commonName(bytes: Uint8Array, name: Range): string | null {
  let found: string | null = null;
  let at = name.start;
  for (let count = 0; at < name.end && count < MOST_ELEMENTS; count++) {
    const set = inside(bytes, at, name.end, SET);
    if (set === null) break;
    const pair = inside(bytes, set.start, set.end, SEQUENCE);
    if (pair !== null && isObject(bytes, pair, COMMON_NAME)) {
      const value = after(bytes, pair.start, pair.end);
      if (berTag(bytes, value, pair.end) >= 0) {
        found = textOf(bytes, berStart(bytes, value), Math.min(pair.end, berEnd(bytes, value)));
      }
    }
    at = set.end;
  }
  return found;
}

function firstDnsName(bytes: Uint8Array, from: number, end: number): string | null {
  let at = from;
  for (let count = 0; at < end && count < MOST_ELEMENTS && berTag(bytes, at, end) !== EXTENSIONS; count++) {
    at = after(bytes, at, end);
  }
  const wrapped = inside(bytes, at, end, EXTENSIONS);
  const list = wrapped === null ? null : inside(bytes, wrapped.start, wrapped.end, SEQUENCE);
  if (list === null) return null;
  at = list.start;
  for (let count = 0; at < list.end && count < MOST_ELEMENTS; count++) {
    const one = inside(bytes, at, list.end, SEQUENCE);
    if (one === null) return null;
    if (isObject(bytes, one, ALTERNATIVE_NAME)) return dnsNameIn(bytes, one);
    at = one.end;
  }
  return null;
}

function dnsNameIn(bytes: Uint8Array, extension: Range): string | null {
  let at = after(bytes, extension.start, extension.end);
  if (berTag(bytes, at, extension.end) === 0x01) at = berEnd(bytes, at); // critical
  const value = inside(bytes, at, extension.end, OCTETS);
  const names = value === null ? null : inside(bytes, value.start, value.end, SEQUENCE);
  if (names === null) return null;
  at = names.start;
  for (let count = 0; at < names.end && count < MOST_ELEMENTS; count++) {
    const name = inside(bytes, at, names.end, DNS_NAME);
    if (name !== null) return textOf(bytes, name.start, name.end);
    at = after(bytes, at, names.end);
  }
  return null;
}

/** Whether the element that `range` begins with is this object identifier. */
function isObject(bytes: Uint8Array, range: Range, identifier: readonly number[]): boolean {
  const object = inside(bytes, range.start, range.end, OBJECT);
  if (object === null || object.end - object.start !== identifier.length) return false;
  return identifier.every((byte, index) => bytes[object.start + index] === byte);
}

function areEqual(bytes: Uint8Array, one: Range, other: Range): boolean {
  if (one.end - one.start !== other.end - other.start) return false;
  for (let index = 0; index < one.end - one.start; index++) {
    if (bytes[one.start + index] !== bytes[other.start + index]) return false;
  }
  return true;
}

const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  utf8(bytes, start, Math.min(end, start + LONGEST_NAME));
