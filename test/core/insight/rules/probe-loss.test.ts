import { expect, test } from 'vitest';
import { MOST_TARGETS, probeLoss } from '../../../../src/core/insight/rules/probe-loss.ts';
import type { ProbeRow } from '../../../../src/core/record/tables/probe.ts';
import { opened } from '../../../support/insights.ts';
import { roundOf } from '../../../support/probe-rows.ts';

const GOOD = roundOf('icmp://192.0.2.254', [1, 1, 1]);
const round = (sent: number, received: number, changes: Partial<ProbeRow> = {}): ProbeRow => ({
  ...roundOf('icmp://192.0.2.9', [1, null]),
  ...{ sent, received },
  ...changes,
});

function found(...rounds: readonly (readonly ProbeRow[])[]) {
  const open = opened(probeLoss);
  for (const [at, rows] of rounds.entries()) open.probe!(rows, 60 + at);
  return [...open.findings(0)];
}

test('probe_loss: two of 20 over two rounds, while another answers all', () => {
  expect(found([GOOD, round(10, 9)], [GOOD, round(10, 9)])).toEqual([
    {
      subject: 'icmp://192.0.2.9 (192.0.2.1)',
      summary: '10 % of 20 probes of icmp://192.0.2.9 were lost; icmp://192.0.2.254 answered all of 6',
      confidence: 'medium',
      evidence: [
        'probe target=icmp://192.0.2.9 addr=192.0.2.1 sent=20 received=18',
        'probe target=icmp://192.0.2.254 addr=192.0.2.1 sent=6 received=6',
      ],
      since: '1970-01-01T00:01:00.000Z',
    },
  ]);
});

test.each<[string, readonly ProbeRow[], number]>([
  ['2 of 20', [GOOD, round(20, 18)], 1],
  ['2 of 21', [GOOD, round(21, 19)], 0],
  ['2 of 3', [GOOD, round(3, 1)], 1],
  ['1 of 3', [GOOD, round(3, 2)], 0],
  ['all', [GOOD, round(3, 0)], 0],
  ['none', [GOOD, round(3, 3)], 0],
  ['nothing else', [round(3, 1)], 0],
  ['others too', [{ ...GOOD, received: 2 }, round(3, 1)], 0],
  ['of a good target one of 20', [{ ...GOOD, sent: 20, received: 19 }, round(20, 17)], 1],
  ['not three times what a good target loses', [{ ...GOOD, sent: 60, received: 57 }, round(60, 52)], 0],
  ['three times what a good target loses', [{ ...GOOD, sent: 60, received: 57 }, round(60, 51)], 1],
  ['others as much as is too much', [{ ...GOOD, sent: 10, received: 9 }, round(10, 1)], 0],
  ['others that were asked too seldom', [{ ...GOOD, sent: 2, received: 2 }, round(3, 1)], 0],
  ['what could not be asked', [GOOD, round(3, 1, { state: 'unknown' })], 0],
])('probe_loss: %s', (_, rows, count) => {
  expect(found(rows)).toHaveLength(count);
});

test('probe_loss: what the best target answered is told, and all targets are judged by their own', () => {
  const good = { ...GOOD, sent: 100, received: 99 };
  const fair = round(50, 48, { target: 'icmp://192.0.2.7' });
  expect(found([fair, round(20, 15), good, round(20, 0, { target: 'icmp://192.0.2.8' })])).toMatchObject([
    {
      summary: '25 % of 20 probes of icmp://192.0.2.9 were lost; icmp://192.0.2.254 answered 99 of 100',
      evidence: [
        'probe target=icmp://192.0.2.9 addr=192.0.2.1 sent=20 received=15',
        'probe target=icmp://192.0.2.254 addr=192.0.2.1 sent=100 received=99',
      ],
    },
  ]);
});

test('probe_loss: what is long ago is forgotten', () => {
  const quiet = Array.from({ length: 240 }, () => [GOOD, round(3, 3)]);
  expect(found([GOOD, round(60, 20)])).toHaveLength(1);
  expect(found([GOOD, round(60, 20)], ...quiet)).toEqual([]);
});

test('probe_loss: so many targets are told apart, and no more', () => {
  const many = Array.from({ length: MOST_TARGETS }, (_, index) => round(3, 1, { target: `icmp://t${index}` }));
  expect(found([GOOD, ...many])).toHaveLength(MOST_TARGETS - 1);
});
