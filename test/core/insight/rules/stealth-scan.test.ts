import { expect, test } from 'vitest';
import { MOST_PROBES, stealthScan } from '../../../../src/core/insight/rules/stealth-scan.ts';
import { tcpFrame } from '../../../support/frames.ts';
import { findingsOf, opened } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';
import { packetOfNewFlow } from '../../../support/troubled-flow.ts';

const FIN = 0x01;
const XMAS = 0x29;

const probes = (count: number, flags: number) =>
  Array.from({ length: count }, (_, index) => tcpFrame({ srcPort: 40_000, dstPort: 20 + index, flags, seq: 1 }));

test('segments of no TCP to five ports', async () => {
  expect(await findingsOf('stealth_scan', probes(5, XMAS))).toEqual([
    {
      time: '2025-01-01T00:00:00.004000Z',
      rule: 'stealth_scan',
      severity: 'warn',
      confidence: 'high',
      summary: '10.0.0.1 sent XMAS segments to 5 TCP ports of 10.0.0.2',
      evidence: [0, 1, 2, 3, 4].map((index) => `packet number=${index + 1} tcp.dstport=${20 + index} flags=XMAS`),
      since: '2025-01-01T00:00:00.000000Z',
      advice:
        'Treat the client as a scanner: find out what runs on it, and have a stateful firewall drop such segments.',
      subject: '10.0.0.1',
      source: 'rules',
    },
  ]);
  expect(await findingsOf('stealth_scan', probes(5, FIN))).toMatchObject([
    { summary: '10.0.0.1 sent FIN segments to 5 TCP ports of 10.0.0.2' },
  ]);
  expect(await findingsOf('stealth_scan', probes(5, 0))).toMatchObject([
    { summary: '10.0.0.1 sent NULL segments to 5 TCP ports of 10.0.0.2' },
  ]);
});

test('four ports are too few', async () => {
  expect(await findingsOf('stealth_scan', probes(4, FIN))).toEqual([]);
  expect(await findingsOf('stealth_scan', probes(4, FIN), ['stealth_scan.ports=4'])).toHaveLength(1);
});

test('FIN with ACK, and FIN alone in a connection that is under way, are no probes', async () => {
  expect(await findingsOf('stealth_scan', probes(20, 0x11))).toEqual([]);
  const under = probes(20, 0x10).flatMap((data, index) => [
    data,
    tcpFrame({ srcPort: 40_000, dstPort: 20 + index, flags: FIN, seq: 1 }),
  ]);
  expect(await findingsOf('stealth_scan', under)).toEqual([]);
});

test('no more probes are remembered than the limit', () => {
  const rule = opened(stealthScan);
  for (let number = 1; number <= MOST_PROBES + 10; number++) {
    rule.packet!(packetOfNewFlow(number, { tcpFlags: 0 }, number), 0);
  }
  expect([...rule.findings(0)].map(({ summary }) => summary)).toEqual([
    `10.0.0.1 sent NULL segments to ${MOST_PROBES} TCP ports of 10.0.0.2`,
  ]);
});

test('in a live run it leaves after ten minutes', () => {
  expect(countsLater(stealthScan, probes(5, XMAS), 0, 590, 601)).toEqual([1, 1, 0]);
});
