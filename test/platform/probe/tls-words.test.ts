import { describe, expect, test } from 'vitest';
import { handshakeWords, streamWords } from '../../../src/platform/probe/tls-words.ts';

/** An error as node passes it on from OpenSSL, whose text begins with the address of a thread. */
const error = (alert: number, code = 'ERR_SSL_SOMETHING', told = true): NodeJS.ErrnoException & { reason?: string } => {
  const packed = ((0x14 << 23) | (1000 + alert)).toString(16).toUpperCase().padStart(8, '0');
  const number = told ? `:SSL alert number ${alert}` : ':';
  const message = `80BC6663147F0000:error:${packed}:SSL routines:ssl3_read_bytes:some words:../ssl/rec_layer_s3.c:1601${number}\n`;
  return Object.assign(new Error(message), { code, reason: 'some words' });
};

describe.each([
  ['during the handshake', handshakeWords],
  ['after it', streamWords],
])('%s', (_, wordsOf) => {
  test.each([
    [10, 'TLS: alert 10 of the server, unexpected message'],
    [40, 'TLS: alert 40 of the server, handshake failure'],
    [42, 'TLS: alert 42 of the server, bad certificate'],
    [48, 'TLS: alert 48 of the server, unknown authority'],
    [49, 'TLS: alert 49 of the server, access denied'],
    [70, 'the server speaks no version of TLS that we do'],
    [80, 'TLS: alert 80 of the server, internal error'],
    [112, 'TLS: alert 112 of the server, unrecognized name'],
    [116, 'the server demands a client certificate'],
    [120, 'TLS: alert 120 of the server, no application protocol'],
    [255, 'TLS: alert 255 of the server, which has no name'],
  ])('alert %i: %s', (alert, words) => {
    expect(wordsOf(error(alert))).toBe(words);
    expect(wordsOf(error(alert, 'ERR_SSL_SOMETHING', false))).toBe(words); // by the number of the reason alone
  });

  test('what is no alert has words, and no address, file or line', () => {
    // the last number before those of alerts, and the first after them
    for (const alert of [-1, 256]) expect(wordsOf(error(alert, 'ERR_SSL_X', false))).toBe('TLS: some words');
    const nameless = Object.assign(error(-1, 'ERR_SSL_BAD_RECORD_TYPE', false), { reason: 'reason(999)' });
    expect(wordsOf(nameless)).toBe('TLS: bad record type');
    expect(wordsOf(Object.assign(new Error('x'), { code: 'ERR_SSL_BAD_RECORD_TYPE' }))).toBe('TLS: bad record type');
    const unread = Object.assign(error(-1, '', false), { reason: undefined });
    expect(wordsOf(unread)).toBe('TLS: some words');
    const long = Object.assign(error(-1, 'ERR_SSL_X', false), { reason: 'y'.repeat(121) });
    expect(wordsOf(long)).toBe(`TLS: ${'y'.repeat(119)}…`);
  });
});

test('an error of the system is told as such', () => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', errno: -104 });
  expect(handshakeWords(reset)).toBe('the server hung up during the TLS handshake');
  expect(streamWords(reset)).toBe('connection reset by peer');
  const timeout = Object.assign(new Error('read ETIMEDOUT'), { code: 'ETIMEDOUT', errno: -110 });
  expect(handshakeWords(timeout)).toBe('TLS: connection timed out');
  expect(streamWords(timeout)).toBe('connection timed out');
  expect(handshakeWords(Object.assign(new Error('x'), { code: 'ERR_SSL_WRONG_VERSION_NUMBER' }))).toBe(
    'the server does not speak TLS',
  );
});
