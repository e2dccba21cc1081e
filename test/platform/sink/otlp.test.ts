import { afterEach, describe, expect, test } from 'vitest';
import { parseCredentials } from '../../../src/core/delivery/credentials.ts';
import { parseDestination } from '../../../src/core/delivery/destination.ts';
import type { Message, Recipient } from '../../../src/core/delivery/message.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { openOtlp } from '../../../src/platform/sink/otlp.ts';
import { openAuthority } from '../../support/certificates.ts';
import { startOtlpReceiver } from '../../support/otlp-receiver.ts';

const closing: (() => unknown)[] = [];
const NEVER = new AbortController().signal;

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const EVENT = {
  type: 'conn_event',
  event: 'opened',
  previous_state: null,
  time: '2026-03-01T10:20:30.123456789Z',
  proto: 'tcp',
  local_addr: '192.0.2.1',
  local_port: 50_000,
  remote_addr: '2001:db8::1',
  remote_port: 443,
  process: 'curl\u001b[31m',
  rtt_ms: 12.5,
  uid: 0,
  stream: 4_294_967_296,
};
const messagesOf = (count: number): Message[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `spool-${i + 1}`,
    bytes: Buffer.from(JSON.stringify({ ...EVENT, local_port: i })),
  }));

async function receiverOf(...args: Parameters<typeof startOtlpReceiver>) {
  const receiver = await startOtlpReceiver(...args);
  closing.push(() => receiver.close());
  return receiver;
}

function otlpTo(url: string, credentials: string | null = null, clock = realClock, isRedacted = false): Recipient {
  const recipient = openOtlp({
    destination: parseDestination(url),
    credentials: credentials === null ? null : parseCredentials(credentials, 'FILE', 'otlp'),
    certificate: null,
    clock,
    isRedacted,
  });
  closing.push(() => recipient.close());
  return recipient;
}

test('the receiver of redacted records does not learn the name of this machine', async () => {
  const receiver = await receiverOf();
  for (const isRedacted of [false, true]) {
    const recipient = otlpTo(`otlp+http://127.0.0.1:${receiver.port}`, null, realClock, isRedacted);
    await recipient.send(messagesOf(1), NEVER);
  }
  expect(receiver.logs.map(({ resource }) => Object.hasOwn(resource, 'host.name'))).toEqual([true, false]);
  expect(receiver.logs[1]!.resource).toMatchObject({ 'service.name': { stringValue: 'netwatch' } });
});

test('records arrive as logs: what they say, when, and under an id that stays', async () => {
  const receiver = await receiverOf();
  const recipient = otlpTo(`otlp+http://127.0.0.1:${receiver.port}`);
  const gap = { type: 'gap', time: '2026-03-01T10:20:31Z', dropped: 7, reason: 'the spool was full', iface: null };
  const messages = [
    { id: 's-1', bytes: Buffer.from(JSON.stringify(EVENT)) },
    { id: 's-2', bytes: Buffer.from(JSON.stringify(gap)) },
  ];
  expect(await recipient.send(messages, NEVER)).toEqual({ kind: 'taken', refused: 0, why: null });
  const [event, missing] = receiver.logs;
  expect(event).toMatchObject({
    timeUnixNano: '1772360430123456789',
    severityText: 'INFO',
    eventName: 'netwatch.conn_event',
    body: { stringValue: 'opened tcp 192.0.2.1 50000 → 2001:db8::1 443 curl\u001b[31m' },
    attributes: {
      'log.record.uid': { stringValue: 's-1' },
      'netwatch.local_port': { intValue: '50000' },
      'netwatch.rtt_ms': { doubleValue: 12.5 },
      'netwatch.uid': { intValue: '0' },
      'netwatch.process': { stringValue: 'curl\u001b[31m' },
    },
    resource: { 'service.name': { stringValue: 'netwatch' } },
  });
  expect(event!.attributes).not.toHaveProperty('netwatch.previous_state');
  expect(missing).toMatchObject({
    severityText: 'WARN',
    eventName: 'netwatch.gap',
    attributes: { 'netwatch.dropped': { intValue: '7' } },
  });
  expect(receiver.requests).toMatchObject([
    { path: '/v1/logs', headers: { 'content-type': 'application/x-protobuf' } },
  ]);
});

describe('what the server answers', () => {
  test.each([
    [429, { 'retry-after': '17' }, { kind: 'later', reason: 'it answers 429', afterMs: 17_000 }],
    [503, {}, { kind: 'later', reason: 'it answers 503', afterMs: null }],
    [503, { 'retry-after': 'soon' }, { kind: 'later', reason: 'it answers 503', afterMs: null }],
    [500, {}, { kind: 'later', reason: 'it answers 500', afterMs: null }],
    [401, {}, { kind: 'later', reason: 'it answers 401', afterMs: null }],
    [302, { location: 'http://192.0.2.1/' }, { kind: 'later', reason: 'it answers 302', afterMs: null }],
    [400, {}, { kind: 'taken', refused: 3, why: 'it answers 400' }],
  ])('%i %j', async (status, headers, reply) => {
    const receiver = await receiverOf(() => ({ status, headers: headers as Record<string, string> }));
    expect(await otlpTo(`otlp://127.0.0.1:${receiver.port}`).send(messagesOf(3), NEVER)).toEqual(reply);
    expect(receiver.requests).toHaveLength(1);
  });

  test('a date in Retry-After is a length of time', async () => {
    const at = new Date(realClock.now() + 60_000).toUTCString();
    const receiver = await receiverOf(() => ({ status: 503, headers: { 'retry-after': at } }));
    const reply = await otlpTo(`otlp+http://127.0.0.1:${receiver.port}`).send(messagesOf(1), NEVER);
    expect(reply).toMatchObject({ kind: 'later', afterMs: expect.closeTo(59_500, -4) });
  });

  test('a partial success is told', async () => {
    const says = { partialSuccess: { rejectedLogRecords: 2, errorMessage: 'too old' } };
    const receiver = await receiverOf(() => ({ status: 200, says }));
    const reply = await otlpTo(`otlp+http://127.0.0.1:${receiver.port}`).send(messagesOf(3), NEVER);
    expect(reply).toEqual({ kind: 'taken', refused: 2, why: 'too old' });
  });

  test('a server that takes three at once gets three at once, and one that is too large by itself is refused', async () => {
    const receiver = await receiverOf((_, logs) => ({ status: logs > 3 ? 413 : 200 }));
    expect(await otlpTo(`otlp+http://127.0.0.1:${receiver.port}`).send(messagesOf(20), NEVER)).toEqual({
      kind: 'taken',
      refused: 0,
      why: null,
    });
    const ports = receiver.logs.map(({ attributes }) => Number(attributes['netwatch.local_port']!.intValue));
    expect(ports).toEqual(Array.from({ length: 20 }, (_, i) => i));
    const strict = await receiverOf(() => ({ status: 413 }));
    expect(await otlpTo(`otlp+http://127.0.0.1:${strict.port}`).send(messagesOf(2), NEVER)).toEqual({
      kind: 'taken',
      refused: 2,
      why: 'it answers 413',
    });
  });

  test('nothing: it is not waited for without an end, and an interrupt ends it at once', async () => {
    const receiver = await receiverOf(() => null);
    const hasty = { ...realClock, after: (millis: number, act: () => void) => realClock.after(millis / 100, act) };
    const url = `otlp+http://127.0.0.1:${receiver.port}`;
    expect(await otlpTo(url, null, hasty).send(messagesOf(1), NEVER)).toEqual({
      kind: 'later',
      reason: 'no answer in time',
      afterMs: null,
    });
    const over = new AbortController();
    const sending = otlpTo(url).send(messagesOf(1), over.signal);
    realClock.after(100, () => over.abort());
    expect(await sending).toMatchObject({ kind: 'later' });
  });

  test('nobody listens', async () => {
    const receiver = await startOtlpReceiver();
    await receiver.close();
    expect(await otlpTo(`otlp+http://127.0.0.1:${receiver.port}`).send(messagesOf(1), NEVER)).toMatchObject({
      kind: 'later',
      reason: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

test.each([
  [
    'otlp+http://',
    'Authorization: Bearer geheim\nX-Scope-OrgID: netz\n',
    { authorization: 'Bearer geheim', 'x-scope-orgid': 'netz' },
  ],
  ['otlp+http://geheim@', null, { authorization: 'Bearer geheim' }],
  ['otlp+http://ada:geheim@', null, { authorization: `Basic ${Buffer.from('ada:geheim').toString('base64')}` }],
])('%s says who we are', async (begin, file, headers) => {
  const receiver = await receiverOf();
  const url = `${begin}127.0.0.1:${receiver.port}/otlp`;
  const { user, password } = parseDestination(url);
  const recipient =
    file !== null
      ? otlpTo(url, file)
      : openOtlp({
          destination: parseDestination(url),
          credentials:
            password === null ? { kind: 'token', token: user! } : { kind: 'password', user: user!, password },
          certificate: null,
          clock: realClock,
        });
  closing.push(() => recipient.close());
  await recipient.send(messagesOf(1), NEVER);
  expect(receiver.requests).toMatchObject([{ path: '/otlp/v1/logs', headers }]);
});

test('over TLS, nothing is sent to who is not trusted', async () => {
  const authority = openAuthority();
  closing.push(() => authority.remove());
  const receiver = await receiverOf(() => ({ status: 200 }), authority.issue('otlp', 'IP:127.0.0.1', 30));
  const url = `otlp+https://127.0.0.1:${receiver.port}`;
  expect(await otlpTo(url).send(messagesOf(1), NEVER)).toMatchObject({
    kind: 'later',
    reason: expect.stringMatching(/certificate/),
  });
  expect(receiver.requests).toEqual([]);
  const { SSL_CERT_FILE } = process.env;
  process.env.SSL_CERT_FILE = authority.file;
  try {
    expect(await otlpTo(url).send(messagesOf(1), NEVER)).toMatchObject({ kind: 'taken' });
  } finally {
    if (SSL_CERT_FILE === undefined) delete process.env.SSL_CERT_FILE;
    else process.env.SSL_CERT_FILE = SSL_CERT_FILE;
  }
  expect(receiver.logs).toHaveLength(1);
});
