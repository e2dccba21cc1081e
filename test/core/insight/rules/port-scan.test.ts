import { expect, test } from 'vitest';
import { findingsOf } from '../../../support/insights.ts';
import { attempts, host } from '../../../support/tcp-attempts.ts';

const scan = (failed: number, answered = 0) =>
  attempts(failed + answered, (index) => ({
    at: 10 * index,
    port: 100 + index,
    ends: index < failed ? (index % 2 === 0 ? 'unanswered' : 'refused') : 'complete',
  }));

test('many ports of one host are a scan', async () => {
  expect(await findingsOf('port_scan', scan(20))).toEqual([
    {
      time: '2025-01-01T00:00:00.191000Z',
      rule: 'port_scan',
      severity: 'warn',
      confidence: 'high',
      summary: '10.0.0.1 tried 20 ports of 10.0.0.2, of which 20 did not accept a connection',
      evidence: [0, 1, 2, 3, 4].map(
        (index) =>
          `handshake stream=${index} server_addr=10.0.0.2 server_port=${100 + index} outcome=${index % 2 === 0 ? 'unanswered' : 'refused'}`,
      ),
      since: '2025-01-01T00:00:00.000000Z',
      advice:
        'If the client is not a scanner of your own, find out what runs on it; a firewall that drops it ends the scan.',
      subject: '10.0.0.1',
      source: 'rules',
    },
  ]);
});

test('one port fewer is none', async () => {
  expect(await findingsOf('port_scan', scan(19))).toEqual([]);
  expect(await findingsOf('port_scan', scan(19), ['port_scan.ports=19'])).toHaveLength(1);
});

test('a client whose attempts mostly succeed does not scan', async () => {
  expect(await findingsOf('port_scan', scan(21, 9))).toMatchObject([{ confidence: 'medium' }]);
  expect(await findingsOf('port_scan', scan(21, 10))).toEqual([]);
});

test('one port tried again and again, or at many hosts, is no scan', async () => {
  const again = attempts(40, (index) => ({ at: index, clientPort: 1024 + index, ends: 'refused' }));
  const swept = attempts(40, (index) => ({ at: index, server: host(256 + index), ends: 'refused' }));
  expect(await findingsOf('port_scan', again)).toEqual([]);
  expect(await findingsOf('port_scan', swept)).toEqual([]);
});
