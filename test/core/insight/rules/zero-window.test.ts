import { expect, test } from 'vitest';
import { MOST_CLOSED, zeroWindow } from '../../../../src/core/insight/rules/zero-window.ts';
import { ZERO_WINDOW } from '../../../../src/core/wire/tcp-analysis.ts';
import { findingsOf, opened } from '../../../support/insights.ts';
import { countsLater } from '../../../support/live-findings.ts';
import { tcpScript } from '../../../support/tcp-script.ts';
import { packetOfNewFlow } from '../../../support/troubled-flow.ts';

/** B closes its window at 30 ms and opens it again so many milliseconds later. */
const closedFor = (milliseconds: number, window = 8192) =>
  tcpScript(`
    0 a S
    10 b SA ack=1
    20 a A seq=1 ack=1
    25 a PA seq=1 ack=1 len=100
    30 b A seq=1 ack=101 win=0
    ${30 + milliseconds} b A seq=1 ack=101 win=${window}
    9000 a PA seq=101 ack=1 len=100
  `);

test('a receiver that closes its window for half a second', async () => {
  expect(await findingsOf('zero_window', closedFor(500))).toEqual([
    {
      time: '2025-01-01T00:00:09.000000Z',
      rule: 'zero_window',
      severity: 'warn',
      confidence: 'high',
      summary: '10.0.0.2 closed its receive window to 10.0.0.1 1 time, for 0.5s in all',
      evidence: [
        'conversation proto=tcp stream=0 a_port=40000 b_port=9999',
        'packet number=5 sender=10.0.0.2 window=0',
      ],
      since: '2025-01-01T00:00:00.030000Z',
      advice:
        'Look at the program that receives: what it waits for, its processor time, its disk. The network is not what is slow.',
      subject: '10.0.0.2',
      source: 'rules',
    },
  ]);
});

test('a moment less is none', async () => {
  expect(await findingsOf('zero_window', closedFor(499))).toEqual([]);
  expect(await findingsOf('zero_window', closedFor(499), ['zero_window.closed_ms=499'])).toHaveLength(1);
});

test('a window that is not closed is none', async () => {
  const small = tcpScript(`
    0 a S
    10 b SA ack=1
    20 a A seq=1 ack=1
    30 b A seq=1 ack=1 win=1
    9000 b A seq=1 ack=1
  `);
  expect(await findingsOf('zero_window', small)).toEqual([]);
});

test('a window that is never opened again is an error', async () => {
  const dead = (until: number) => [...closedFor(500, 0).slice(0, 6), ...tcpScript(`${until} a A seq=100 ack=1`)];
  expect(await findingsOf('zero_window', dead(5030))).toMatchObject([
    {
      severity: 'error',
      summary: '10.0.0.2 closed its receive window to 10.0.0.1 1 time, for 5s in all, and did not open it again for 5s',
    },
  ]);
  expect(await findingsOf('zero_window', dead(5029))).toMatchObject([{ severity: 'warn' }]);
});

test('closings add up; a reset ends one, and has no window itself', async () => {
  const twice = tcpScript(`
    0 a S
    10 b SA ack=1
    20 a A seq=1 ack=1
    100 b A seq=1 ack=1 win=0
    400 b A seq=1 ack=1
    500 b A seq=1 ack=1 win=0
    700 a RA seq=1 ack=1 win=0
    9000 a RA seq=1 ack=1 win=0
  `);
  expect(await findingsOf('zero_window', twice)).toMatchObject([
    { summary: '10.0.0.2 closed its receive window to 10.0.0.1 2 times, for 0.5s in all' },
  ]);
});

test('no more connections are remembered than the limit', () => {
  const rule = opened(zeroWindow);
  for (let number = 1; number <= MOST_CLOSED + 10; number++) {
    const packet = packetOfNewFlow(number, { tcpAnalysis: ZERO_WINDOW });
    rule.packet!(packet, 0);
    packet.tcpAnalysis = ZERO_WINDOW;
    rule.packet!(packet, 10);
  }
  expect([...rule.findings(10)]).toHaveLength(MOST_CLOSED);
});

test('in a live run it leaves after ten minutes', () => {
  expect(countsLater(zeroWindow, closedFor(500), 0, 590, 601)).toEqual([1, 1, 0]);
});

test.each([3600, -3600])('a clock that is set by %i seconds while the window is closed is no time of it', (by) => {
  const open = opened(zeroWindow);
  const packet = packetOfNewFlow(1, { tcpAnalysis: ZERO_WINDOW });
  open.packet!(packet, 10_000);
  open.packet!(packet, 10_000.4 + by);
  open.clockJumped!(by);
  expect([...open.findings(10_001 + by)]).toEqual([]);
  open.packet!(packet, 10_001 + by);
  open.packet!(packet, 10_001.6 + by);
  expect([...open.findings(10_002 + by)]).toHaveLength(1);
});
