import { expect, test } from 'vitest';
import { findingsOf } from '../../../support/insights.ts';
import { attempts, host } from '../../../support/tcp-attempts.ts';

const sweep = (failed: number, answered = 0) =>
  attempts(failed + answered, (index) => ({
    at: 10 * index,
    port: 445,
    clientPort: 1024 + index,
    server: host(256 + index),
    ends: index < failed ? (index % 2 === 0 ? 'unanswered' : 'refused') : 'complete',
  }));

test('one port of many hosts is a sweep', async () => {
  expect(await findingsOf('host_sweep', sweep(20))).toEqual([
    {
      time: '2025-01-01T00:00:00.191000Z',
      rule: 'host_sweep',
      severity: 'warn',
      confidence: 'high',
      summary: '10.0.0.1 tried port 445 of 20 hosts, of which 20 did not accept a connection',
      evidence: [0, 1, 2, 3, 4].map(
        (index) =>
          `handshake stream=${index} client_addr=10.0.0.1 server_addr=10.0.1.${index} server_port=445 outcome=${index % 2 === 0 ? 'unanswered' : 'refused'}`,
      ),
      since: '2025-01-01T00:00:00.000000Z',
      advice:
        'If the client is no scanner and no monitoring system of your own, find out which of its processes sends the SYNs.',
      subject: '10.0.0.1',
      source: 'rules',
    },
  ]);
});

test('one host fewer is none', async () => {
  expect(await findingsOf('host_sweep', sweep(19))).toEqual([]);
  expect(await findingsOf('host_sweep', sweep(19), ['host_sweep.hosts=19'])).toHaveLength(1);
});

test('a client whose attempts mostly succeed does not sweep', async () => {
  expect(await findingsOf('host_sweep', sweep(21, 9))).toMatchObject([{ confidence: 'medium' }]);
  expect(await findingsOf('host_sweep', sweep(21, 10))).toEqual([]);
});

test('one host tried often is no sweep', async () => {
  const again = attempts(40, (index) => ({ at: index, port: 445, clientPort: 1024 + index, ends: 'refused' }));
  expect(await findingsOf('host_sweep', again)).toEqual([]);
});

test('a host that accepts later did accept', async () => {
  const retried = [...sweep(20), ...attempts(1, () => ({ at: 900, port: 445, clientPort: 999, server: host(256) }))];
  expect(await findingsOf('host_sweep', retried)).toEqual([]);
});
