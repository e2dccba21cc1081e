import { shorten } from './certificate-findings.ts';
import { wordsOf } from './local-fault.ts';

/** What OpenSSL says, as node passes it on. */
type TlsError = NodeJS.ErrnoException & { readonly reason?: string | undefined };

const MOST_WORDS = 120;
/** OpenSSL numbers the alerts of the other side from here on (ssl/ssl_err.c). */
const FIRST_ALERT = 1000;
const LAST_ALERT = 1255;

/** RFC 8446, 6, and those of before (RFC 5246, 7.2), by number. */
const ALERTS: Readonly<Record<number, string>> = {
  0: 'it closes the connection',
  10: 'unexpected message',
  20: 'bad record checksum',
  21: 'decryption failed',
  22: 'record too long',
  30: 'decompression failure',
  40: 'handshake failure',
  41: 'no certificate',
  42: 'bad certificate',
  43: 'unsupported certificate',
  44: 'certificate revoked',
  45: 'certificate expired',
  46: 'certificate unknown',
  47: 'illegal parameter',
  48: 'unknown authority',
  49: 'access denied',
  50: 'message not understood',
  51: 'wrong signature or checksum',
  60: 'export restriction',
  70: 'protocol version',
  71: 'insufficient security',
  80: 'internal error',
  86: 'inappropriate fallback',
  90: 'canceled by a user',
  100: 'no renegotiation',
  109: 'missing extension',
  110: 'unsupported extension',
  111: 'certificate not to be had',
  112: 'unrecognized name',
  113: 'bad status of a certificate',
  114: 'bad hash of a certificate',
  115: 'unknown key identity',
  116: 'certificate required',
  120: 'no application protocol',
  121: 'encrypted hello required',
};
const CERTIFICATE_REQUIRED = 116;
const PROTOCOL_VERSION = 70;

/** An error during the handshake, in words: of the server, of OpenSSL, or of the system. */
export function handshakeWords(error: TlsError): string {
  const { code = '' } = error;
  return HANDSHAKE_ERRORS[code] ?? tlsWords(error) ?? `TLS: ${shorten(wordsOf(error), MOST_WORDS)}`;
}

/** An error of a connection that may speak TLS, after the handshake, in words. */
export function streamWords(error: TlsError): string {
  return tlsWords(error) ?? wordsOf(error);
}

/** What OpenSSL says, in words that are the same in every run; null for another error. */
function tlsWords({ code = '', reason, message }: TlsError): string | null {
  // 80BC66:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:rec_layer_s3.c:1601:SSL alert number 116
  const [, packed, said] = /\berror:([0-9A-F]{8}):[^:]*:[^:]*:([^:]*):/i.exec(message) ?? [];
  if (packed === undefined && !code.startsWith('ERR_SSL_')) return null;
  const number = alertIn(message, packed);
  if (number === CERTIFICATE_REQUIRED) return 'the server demands a client certificate';
  if (number === PROTOCOL_VERSION) return HANDSHAKE_ERRORS.ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION!;
  if (number !== null) return `TLS: alert ${number} of the server, ${ALERTS[number] ?? 'which has no name'}`;
  const words = reason ?? said ?? '';
  const isNumber = words === '' || /^reason\(\d+\)$/.test(words);
  const named = isNumber
    ? code
        .replace(/^ERR_SSL_/, '')
        .replaceAll('_', ' ')
        .toLowerCase()
    : words;
  return `TLS: ${shorten(named === '' ? 'an error without a name' : named, MOST_WORDS)}`;
}

/** The number of an alert that the other side sent; null for an error that is none. */
function alertIn(message: string, packed: string | undefined): number | null {
  const [, told] = /\bSSL alert number (\d{1,3})\b/.exec(message) ?? [];
  if (told !== undefined) return Number(told);
  const reason = packed === undefined ? 0 : Number.parseInt(packed, 16) & 0x7fffff;
  return reason >= FIRST_ALERT && reason <= LAST_ALERT ? reason - FIRST_ALERT : null;
}

const HANDSHAKE_ERRORS: Readonly<Record<string, string>> = {
  ECONNRESET: 'the server hung up during the TLS handshake',
  EPIPE: 'the server hung up during the TLS handshake',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the server does not speak TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the server does not speak TLS',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the server speaks only a version of TLS that is too old',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the server speaks no version of TLS that we do',
  ERR_SSL_EXCESSIVE_MESSAGE_SIZE: 'the certificates of the server are too long',
  ERR_SSL_NO_CIPHERS_AVAILABLE: 'no cipher suite is common',
};
