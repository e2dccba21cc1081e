import { expect, test } from 'vitest';
import { pathCause } from '../../../../src/core/insight/rules/path-cause.ts';
import type { ProbeRow } from '../../../../src/core/record/tables/probe.ts';
import { opened } from '../../../support/insights.ts';
import { roundOf } from '../../../support/probe-rows.ts';

const gateway = (times: readonly (number | null | undefined)[]): ProbeRow =>
  roundOf('icmp://192.0.2.254', times, { target: 'gateway' });
const FIRST = 'dns://192.0.2.53/.?type=NS';
const SECOND = 'dns://198.51.100.53/.?type=NS';
const NAME = 'dns:///a.root-servers.net';
const UP = [5, 5];
const DOWN = [null, null];

function cause(...rounds: readonly (readonly ProbeRow[])[]) {
  const open = opened(pathCause);
  for (const [at, rows] of rounds.entries()) open.probe!(rows, 60 + at);
  return [...open.findings(0)];
}

test('path_cause: the gateway, when nothing answers', () => {
  const rows = [gateway(DOWN), roundOf(FIRST, DOWN), roundOf(NAME, DOWN)];
  const found = {
    subject: 'the link or the gateway',
    severity: 'error',
    summary: 'gateway is down: most likely to blame is the link or the gateway, then the path beyond it',
    confidence: 'medium',
    evidence: [
      'probe target=gateway addr=192.0.2.1 sent=2 received=0 state=down',
      `probe target="${FIRST}" addr=192.0.2.1 sent=2 received=0 state=down`,
      `probe target=${NAME} addr=192.0.2.1 sent=2 received=0 state=down`,
    ],
    since: '1970-01-01T00:01:00.000Z',
  };
  expect(cause(rows)).toEqual([found]);
  expect(cause(rows, rows)).toEqual([{ ...found, confidence: 'high' }]);
});

test.each<[string, readonly ProbeRow[], readonly unknown[]]>([
  ['all up', [gateway(UP), roundOf(FIRST, UP), roundOf(NAME, UP)], []],
  ['a gateway that answers no ping', [gateway(DOWN), roundOf(FIRST, UP), roundOf(NAME, UP)], []],
  ['what could not be asked', [gateway([undefined]), roundOf(FIRST, [undefined])], []],
  ['the only resolver', [gateway(UP), roundOf(FIRST, DOWN), roundOf(NAME, DOWN)], ['the resolver 192.0.2.53']],
  ['one of two', [gateway(UP), roundOf(FIRST, UP), roundOf(SECOND, DOWN)], ['the resolver 198.51.100.53']],
  ['both', [gateway(UP), roundOf(FIRST, DOWN), roundOf(SECOND, DOWN)], ['the path beyond the gateway']],
  ['the name alone', [gateway(UP), roundOf(FIRST, UP), roundOf(NAME, DOWN)], ['the name']],
])('path_cause: %s', (_, rows, subjects) => {
  const found = cause(rows);
  expect(found.map(({ subject }) => subject)).toEqual(subjects);
  for (const { severity } of found) expect(severity).toBe('warn');
});

test('path_cause: 100 ms or half lost, twice in a row', () => {
  const round = (times: readonly (number | null)[]) => [gateway(UP), roundOf(FIRST, times)];
  const slow = round([100, 100]);
  expect(cause(slow)).toEqual([]);
  expect(cause(slow, slow)).toMatchObject([
    {
      summary: expect.stringMatching(
        /takes 100 ms and loses 0 %: most likely to blame is the resolver 192\.0\.2\.53, then the path beyond the gateway$/,
      ),
    },
  ]);
  expect(cause(slow, round(UP), slow)).toEqual([]);
  expect(cause(round([99.9]), round([99.9]))).toEqual([]);
  expect(cause(round([5, null]), round([5, null]))).toHaveLength(1);
  expect(cause(round([5, 5, null]), round([5, 5, null]))).toEqual([]);
});
