import { expect, test } from 'vitest';
import { findingsOf } from '../../../support/insights.ts';
import { tcpScript } from '../../../support/tcp-script.ts';

/**
 * Segments of 1000 bytes in turn by A and B, each acknowledged by the next one of the other side; of A's and B's so many
 * are sent again after 300 ms.
 */
function bothWays(segments: number, resentByA: number, resentByB: number, length = 1000) {
  const lines = ['0 a S', '5 b SA ack=1', '9 a A seq=1 ack=1'];
  let at = 10;
  for (let index = 0; index < segments; index++) {
    const seq = 1 + index * length;
    const fromA = `a PA seq=${seq} ack=${seq} len=${length} win=60000`;
    const fromB = `b PA seq=${seq} ack=${seq + length} len=${length} win=60000`;
    lines.push(`${at} ${fromA}`);
    if (index < resentByA) {
      at += 300;
      lines.push(`${at} ${fromA}`);
    }
    at += 10;
    lines.push(`${at} ${fromB}`);
    if (index < resentByB) {
      at += 300;
      lines.push(`${at} ${fromB}`);
    }
    at += 10;
  }
  return tcpScript(lines.join('\n'));
}

test('loss one way only', async () => {
  expect(await findingsOf('asymmetric_loss', bothWays(100, 10, 0))).toEqual([
    {
      time: '2025-01-01T00:00:05.000000Z',
      rule: 'asymmetric_loss',
      severity: 'warn',
      confidence: 'medium',
      summary: 'From 10.0.0.1 to 10.0.0.2 9.1 % of the payload was lost, the other way 0 %',
      evidence: [
        'conversation proto=tcp stream=0 sender=10.0.0.1 payload_bytes=110000 resent=10 resent_bytes=10000',
        'conversation proto=tcp stream=0 sender=10.0.0.2 payload_bytes=100000 resent=0 resent_bytes=0',
      ],
      since: '2025-01-01T00:00:00.310000Z',
      advice:
        'Trace the route from both sides, and compare the counters of errors and drops of each link in the direction that loses.',
      subject: '10.0.0.1',
      source: 'rules',
    },
  ]);
});

test('the other way, it is the other host', async () => {
  expect(await findingsOf('asymmetric_loss', bothWays(100, 0, 10))).toMatchObject([{ subject: '10.0.0.2' }]);
});

test('loss both ways is not asymmetric', async () => {
  expect(await findingsOf('asymmetric_loss', bothWays(120, 12, 1))).toHaveLength(1);
  expect(await findingsOf('asymmetric_loss', bothWays(120, 12, 2))).toEqual([]);
});

test('nine segments are too few', async () => {
  expect(await findingsOf('asymmetric_loss', bothWays(100, 9, 0))).toEqual([]);
  expect(await findingsOf('asymmetric_loss', bothWays(100, 9, 0), ['asymmetric_loss.segments=9'])).toHaveLength(1);
});

test('a share below the threshold is none', async () => {
  expect(await findingsOf('asymmetric_loss', bothWays(490, 10, 0))).toHaveLength(1);
  expect(await findingsOf('asymmetric_loss', bothWays(491, 10, 0))).toEqual([]);
});

test('a side that sent little says nothing of its way', async () => {
  expect(await findingsOf('asymmetric_loss', bothWays(100, 10, 0, 999))).toEqual([]);
});
