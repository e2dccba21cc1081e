import { expect, test } from 'vitest';
import { probeRow } from '../../../src/core/health/probe-row.ts';
import type { Reply } from '../../../src/core/health/prober.ts';
import { stateOf } from '../../../src/core/health/round.ts';
import { parseTarget } from '../../../src/core/health/target.ts';
import { probe } from '../../../src/core/record/tables/probe.ts';
import { replyOf, roundOf } from '../../support/probe-rows.ts';

const TIME = '2026-01-02T03:04:05.678Z';
const row = (replies: readonly Reply[], duplicates: number | null = null) =>
  probeRow(
    TIME,
    parseTarget('tcp://[2001:db8::1]:80'),
    replies,
    duplicates,
    { state: stateOf(replies), since: 0, uptimePct: 99.123456, outages: 2, outageS: 1.23456 },
    TIME,
  );

test('it has the fields of the record, in their order', () => {
  expect(Object.keys(row([]))).toEqual(Object.keys(probe.fields));
  expect(Object.keys(row([replyOf(1, { connect_ms: 1, method: null })]))).toEqual(Object.keys(probe.fields));
});

test('a lost probe counts as sent, and is in no time', () => {
  expect(roundOf('192.0.2.1', [10, null, 20, 12])).toMatchObject({
    sent: 4,
    received: 3,
    loss_pct: 25,
    rtt_min_ms: 10,
    rtt_avg_ms: 14,
    rtt_max_ms: 20,
    ok: false,
    state: 'degraded',
    addr: '192.0.2.1',
  });
  expect(row([replyOf(1)])).toMatchObject({ uptime_pct: 99.123, outages: 2, outage_s: 1.235, host: '2001:db8::1' });
});

test('what could not be asked was not sent, and is not lost', () => {
  expect(row([replyOf(undefined), replyOf(undefined)])).toMatchObject({
    sent: 0,
    received: 0,
    loss_pct: null,
    ok: null,
    state: 'unknown',
    detail: 'not permitted',
  });
  expect(row([replyOf(undefined), replyOf(5)])).toMatchObject({ sent: 1, received: 1, loss_pct: 0, ok: true });
});

test('each reason stands once, with how often; of what went well the last is told', () => {
  const bad = (detail: string): Reply => ({ ...replyOf(null), detail });
  expect(row([bad('refused'), bad('no answer'), bad('refused')]).detail).toBe('refused (2 times); no answer');
  expect(row([bad('refused'), bad('refused')]).detail).toBe('refused');
  expect(
    row([
      { ...replyOf(1), detail: 'first' },
      { ...replyOf(1), detail: 'last' },
    ]).detail,
  ).toBe('last');
});

test('answers that come before an earlier one are reordered', () => {
  const at = (ms: number | null): Reply => ({ ...replyOf(ms === null ? null : 1), at: ms });
  expect(row([at(1), at(2), at(3)], 0)).toMatchObject({ reordered: 0, duplicates: 0 });
  expect(row([at(5), at(2), null, at(3), at(9)].filter((one) => one !== null))).toMatchObject({ reordered: 2 });
  expect(row([at(1), at(null), at(3)])).toMatchObject({ reordered: 0 });
  // a kind whose answers cannot overtake
  expect(row([replyOf(1)])).toMatchObject({ reordered: null, duplicates: null });
});

test('what the last probe found counts', () => {
  const found = row([replyOf(1, { http_status: 500, dns_ms: 3 }), replyOf(1, { http_status: 200 })]);
  expect(found).toMatchObject({ http_status: 200, dns_ms: 3 });
});
