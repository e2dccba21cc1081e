import { berEnd, berInteger, berStart, berTag } from '../../wire/app/ber.ts';
import { startsWith, u16, u32 } from '../../wire/bytes.ts';
import type { LoginReader } from './clear-text-login.ts';

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const OCTETS = 0x04;
const AGENT = 161;
const BIND = 0x60;
/** authentication: simple [0] (RFC 4511, 4.2). */
const SIMPLE = 0x80;

/** A bind with a name and a password that is not empty. */
export const ldapLogin: LoginReader = (bytes, start, end) => {
  if (berTag(bytes, start, end) !== SEQUENCE) return null;
  const id = berStart(bytes, start);
  if (berTag(bytes, id, end) !== INTEGER) return null;
  const operation = berEnd(bytes, id);
  if (berTag(bytes, operation, end) !== BIND) return null;
  const version = berStart(bytes, operation);
  if (berTag(bytes, version, end) !== INTEGER) return null;
  const name = berEnd(bytes, version);
  if (berTag(bytes, name, end) !== OCTETS) return null;
  const secret = berEnd(bytes, name);
  if (berTag(bytes, secret, end) !== SIMPLE) return null;
  return berEnd(bytes, secret) > berStart(bytes, secret) ? 'LDAP simple bind' : null;
};

/** Version 1 or 2c (0 or 1), whose community is a password in clear (RFC 3584, 9). */
export const snmpLogin: LoginReader = (bytes, start, end, packet) => {
  if (packet.srcPort === AGENT) return null; // an answer repeats it
  if (berTag(bytes, start, end) !== SEQUENCE) return null;
  const version = berStart(bytes, start);
  if (berTag(bytes, version, end) !== INTEGER) return null;
  const community = berEnd(bytes, version);
  const number = berInteger(bytes, berStart(bytes, version), Math.min(end, community));
  if (number !== 0 && number !== 1) return null;
  return berTag(bytes, community, end) === OCTETS && berEnd(bytes, community) > berStart(bytes, community)
    ? 'SNMP community'
    : null;
};

const MQTT_CONNECT = 1;
const HAS_PASSWORD = 0x40;

/** CONNECT with a password (MQTT 5.0, 3.1.2.8): behind the length the protocol's name (2 and so many), level, flags. */
export const mqttLogin: LoginReader = (bytes, start, end) => {
  if (end - start < 10 || bytes[start]! >> 4 !== MQTT_CONNECT) return null;
  let at = start + 1;
  while (at < end && bytes[at]! >= 0x80) at++;
  const name = at + 1;
  const flags = name + 2 + u16(bytes, name) + 1;
  return startsWith(bytes, name + 2, end, 'MQ') && flags < end && (bytes[flags]! & HAS_PASSWORD) !== 0 ? 'MQTT' : null;
};

const REDIS_AUTH = /^\*[23]\r\n\$4\r\nAUTH\r\n\$[1-9]/i;
const REDIS_START = 20;

/** AUTH as an array of bulk strings, or HELLO with AUTH, as clients send them. */
export const redisLogin: LoginReader = (bytes, start, end) => {
  // `*2` or `*3` before anything is made of it
  if (bytes[start] !== 0x2a || (bytes[start + 1] !== 0x32 && bytes[start + 1] !== 0x33)) return null;
  if (bytes[start + 5] !== 0x34 || (bytes[start + 8]! & 0xdf) !== 0x41) return null;
  const text = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + REDIS_START)));
  return REDIS_AUTH.test(text) ? 'Redis AUTH' : null;
};

const POSTGRES = 5432;
const AUTHENTICATION = 0x52;
const CLEAR_TEXT = 3;
const PASSWORD = 0x70;

/** A password that the server asked for in clear (AuthenticationCleartextPassword). */
export const postgresLogin: LoginReader = (bytes, start, end, packet, state) => {
  if (end - start < 6) return null;
  if (packet.dstPort !== POSTGRES) {
    if (bytes[start] === AUTHENTICATION && end - start >= 9) state.secretFollows = u32(bytes, start + 5) === CLEAR_TEXT;
    return null;
  }
  if (bytes[start] !== PASSWORD || !state.secretFollows) return null;
  state.secretFollows = false;
  return 'PostgreSQL';
};
