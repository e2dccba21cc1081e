import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expiringCertificate } from '../../../../src/core/insight/rules/expiring-certificate.ts';
import type { ProbeRow } from '../../../../src/core/record/tables/probe.ts';
import { type Authority, openAuthority } from '../../../support/certificates.ts';
import { findingsOf, opened } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';
import { START } from '../../../support/run-statistic.ts';
import { TcpConversation } from '../../../support/tcp-conversation.ts';
import { clientHello, handshake, record, serverHello } from '../../../support/tls.ts';

let authority: Authority;
let certificate: X509Certificate;
/** Milliseconds from the start of a test's capture to when the certificate expires. */
let expires: number;
beforeAll(() => {
  authority = openAuthority();
  certificate = new X509Certificate(authority.issue('web', 'DNS:web.example,DNS:other.example', 90).cert);
  expires = Date.parse(certificate.validTo) - START * 1000;
});
afterAll(() => authority.remove());

const length24 = (size: number): number[] => [size >> 16, (size >> 8) & 255, size & 255];
const certificateMessage = (der: Uint8Array): number[] =>
  handshake(11, [...length24(der.length + 3), ...length24(der.length), ...der]);

/** A handshake whose Certificate message is cut into records of so many bytes; it is sent at this time. */
function shownAt(milliseconds: number, piece = 16_000) {
  const talk = new TcpConversation(443);
  talk.client(record(22, handshake(1, clientHello())));
  const flight = [...handshake(2, serverHello(0xc02f)), ...certificateMessage(certificate.raw)];
  for (let at = 0; at < flight.length; at += piece) talk.server(record(22, flight.slice(at, at + piece)));
  return talk.frames.map((bytes) => ({ bytes, milliseconds }));
}
const DAY = 86_400_000;

test('a certificate that is valid for 14 days', async () => {
  const [found, ...others] = await findingsOf('expiring_certificate', shownAt(expires - 14 * DAY));
  expect(others).toEqual([]);
  const iso = (text: string): string => new Date(Date.parse(text)).toISOString().replace('000Z', '000000Z');
  const time = new Date(START * 1000 + expires - 14 * DAY).toISOString().replace('000Z', '000000Z');
  expect(found).toEqual({
    time,
    rule: 'expiring_certificate',
    severity: 'warn',
    confidence: 'high',
    summary: 'The certificate of server 10.0.0.2:443 (web.example) expires 14 days after it was shown',
    evidence: [
      `packet number=4 subject=web.example issuer="Test Authority" not_before=${iso(certificate.validFrom)} not_after=${iso(certificate.validTo)}`,
    ],
    since: time,
    advice: expiringCertificate.advice,
    subject: '10.0.0.2:443',
    source: 'rules',
  });
});

test.each([
  ['a second more', -14 * DAY - 1000, null],
  ['an hour less than two days', -2 * DAY + 3_600_000, 'warn expires 1 day after it was shown'],
  ['three days ago', 3 * DAY, 'error had expired 3 days before it was shown'],
  ['a month before it begins', -120 * DAY, 'error is not valid before'],
  ['a clock that is years wrong', -3000 * DAY, null],
] as const)('%s', async (_, offset, what) => {
  const found = await findingsOf('expiring_certificate', shownAt(expires + offset));
  const told = found.map(({ severity, summary }) => `${severity} ${summary.split('(web.example) ')[1]!}`);
  expect(told).toEqual(what === null ? [] : [expect.stringContaining(what)]);
});

test('over several records, however they are cut', async () => {
  for (const piece of [1, 50, 100]) {
    const found = await findingsOf('expiring_certificate', shownAt(expires - DAY, piece));
    expect(found.map(({ subject }) => subject)).toEqual(['10.0.0.2:443']);
  }
});

test.each([[true], [false]])('a record over two segments, with another one behind it: %s', async (hasMore) => {
  const talk = new TcpConversation(443);
  talk.client(record(22, handshake(1, clientHello())));
  const flight = [
    ...record(22, handshake(2, serverHello(0xc02f))),
    ...record(22, certificateMessage(certificate.raw)),
    ...(hasMore ? record(22, handshake(14, [])) : []),
  ];
  talk.server(flight.slice(0, 200));
  talk.server(flight.slice(200));
  const frames = talk.frames.map((bytes) => ({ bytes, milliseconds: expires - DAY }));
  expect((await findingsOf('expiring_certificate', frames)).map(({ subject }) => subject)).toEqual(['10.0.0.2:443']);
});

test('a certificate that a probe found is told at 14 days, and as an error when it has expired', () => {
  const { probe: take, findings } = opened(expiringCertificate);
  const row = { target: 'tls://a:443', tls_subject: 'a', tls_issuer: 'b', tls_expires: 'c', time: 't' };
  const told = (tls_days: number | null): string[] => {
    take!([{ ...row, tls_days } as ProbeRow], 0);
    return [...findings(0)].map(({ severity, summary }) => `${severity} ${summary}`);
  };
  expect([14, 14.001, -2.5, null].map(told)).toEqual([
    ['warn The certificate of tls://a:443 expires in 14 days'],
    [],
    ['error The certificate of tls://a:443 expired 2 days ago'],
    [],
  ]);
});

test('in a live run it leaves after ten minutes', () => {
  expect(countsLater(expiringCertificate, shownAt(expires - 13 * DAY), 0, 590, 601)).toEqual([1, 1, 0]);
});
