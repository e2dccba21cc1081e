import { expect, test } from 'vitest';
import { MOST_ERRORS, udpScan } from '../../../../src/core/insight/rules/udp-scan.ts';
import { REGISTRY } from '../../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../../src/core/wire/dissector.ts';
import { ethernet, ipv4, ipv4Frame, ipv6, udp } from '../../../support/headers.ts';
import { findingsOf, opened } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';
import { dissectFrame } from '../../../support/wire.ts';

const BACK = { from: [10, 0, 0, 2], to: [10, 0, 0, 1] };

/** 10.0.0.2 says that nobody listens at this port. */
const unreachable = (port: number, code = 3) =>
  ipv4Frame(1, [3, code, 0, 0, 0, 0, 0, 0, ...ipv4(17, udp(40_000, port, [1, 2, 3, 4]))], BACK);
const scan = (count: number, code = 3) => Array.from({ length: count }, (_, index) => unreachable(100 + index, code));

test('ten ports at which nobody listens are a scan', async () => {
  expect(await findingsOf('udp_scan', scan(10))).toEqual([
    {
      time: '2025-01-01T00:00:00.009000Z',
      rule: 'udp_scan',
      severity: 'warn',
      confidence: 'medium',
      summary: '10.0.0.1 tried 10 UDP ports of 10.0.0.2 at which nobody listens',
      evidence: [0, 1, 2, 3, 4].map((index) => `packet number=${index + 1} icmp.type=3 udp.dstport=${100 + index}`),
      since: '2025-01-01T00:00:00.000000Z',
      advice:
        'If the client is not a scanner of your own, find out what runs on it; a firewall that drops it ends the scan.',
      subject: '10.0.0.1',
      source: 'rules',
    },
  ]);
});

test('nine are too few', async () => {
  expect(await findingsOf('udp_scan', scan(9))).toEqual([]);
  expect(await findingsOf('udp_scan', scan(9), ['udp_scan.ports=9'])).toHaveLength(1);
});

test('one port again and again, other errors, and late answers are no scan', async () => {
  expect(
    await findingsOf(
      'udp_scan',
      Array.from({ length: 30 }, () => unreachable(53)),
    ),
  ).toEqual([]);
  expect(await findingsOf('udp_scan', scan(30, 1))).toEqual([]);
  expect(
    await findingsOf(
      'udp_scan',
      Array.from({ length: 30 }, (_, index) => unreachable(32_768 + index)),
    ),
  ).toEqual([]);
});

test('the same in IPv6', async () => {
  const frames = Array.from({ length: 10 }, (_, index) =>
    Uint8Array.from(
      ethernet(0x86dd, ipv6(58, [1, 4, 0, 0, 0, 0, 0, 0, ...ipv6(17, udp(40_000, 100 + index, [1, 2]))])),
    ),
  );
  expect(await findingsOf('udp_scan', frames)).toMatchObject([
    { summary: '2001:db8::2 tried 10 UDP ports of 2001:db8::1 at which nobody listens' },
  ]);
});

test('no more errors are remembered than the limit', () => {
  const rule = opened(udpScan);
  const dissector = new Dissector(REGISTRY);
  for (let port = 1; port <= MOST_ERRORS + 10; port++) {
    rule.packet!(dissectFrame(unreachable(port), 1, dissector, { seconds: 1 }), 1);
  }
  expect([...rule.findings(1)].map(({ summary }) => summary)).toEqual([
    `10.0.0.1 tried ${MOST_ERRORS} UDP ports of 10.0.0.2 at which nobody listens`,
  ]);
});

test('in a live run it leaves after ten minutes', () => {
  expect(countsLater(udpScan, scan(10), 0, 590, 601)).toEqual([1, 1, 0]);
});
