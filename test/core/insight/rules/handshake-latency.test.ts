import { expect, test } from 'vitest';
import { findingsOf } from '../../../support/insights.ts';
import { attempts, host } from '../../../support/tcp-attempts.ts';

/** Handshakes of 10 and 11 ms in turn, then slow ones. */
const handshakes = (usual: number, slow: readonly number[], byOne = true) =>
  attempts(usual + slow.length, (index) => ({
    at: index * 10_000,
    clientPort: 1024 + index,
    client: byOne ? host(1) : host(100 + index),
    answersIn: index < usual ? 9 + (index % 2) : slow[index - usual]!,
  }));

test('handshakes that take far longer than the others are named', async () => {
  expect(await findingsOf('handshake_latency', handshakes(40, [400, 300, 200]))).toEqual([
    {
      time: '2025-01-01T00:07:00.201000Z',
      rule: 'handshake_latency',
      severity: 'note',
      confidence: 'high',
      summary: '3 of 43 handshakes with 10.0.0.2:80 took up to 401 ms, the usual ones 11 ms',
      evidence: [
        'handshake stream=40 client_addr=10.0.0.1 total_ms=401 syn_synack_ms=400 synack_ack_ms=1',
        'handshake stream=41 client_addr=10.0.0.1 total_ms=301 syn_synack_ms=300 synack_ack_ms=1',
        'handshake stream=42 client_addr=10.0.0.1 total_ms=201 syn_synack_ms=200 synack_ack_ms=1',
      ],
      since: '2025-01-01T00:06:40.000000Z',
      advice:
        'Compare syn_synack_ms with synack_ack_ms of the slow ones: the first is the side of the server, the second that of the client.',
      subject: '10.0.0.2:80',
      source: 'rules',
    },
  ]);
});

test('from one in ten on it is a warning, and other clients make it less sure', async () => {
  expect(await findingsOf('handshake_latency', handshakes(27, [300, 300, 300], false))).toMatchObject([
    { severity: 'warn', confidence: 'medium' },
  ]);
  expect(await findingsOf('handshake_latency', handshakes(28, [300, 300, 300]))).toMatchObject([{ severity: 'note' }]);
});

test('two are too few', async () => {
  expect(await findingsOf('handshake_latency', handshakes(40, [300, 300]))).toEqual([]);
  expect(
    await findingsOf('handshake_latency', handshakes(40, [300, 300]), ['handshake_latency.outliers=2']),
  ).toHaveLength(1);
});

test('less than a tenth of a second above the median is nothing to name', async () => {
  expect(await findingsOf('handshake_latency', handshakes(40, [110, 110, 110]))).toHaveLength(1);
  expect(await findingsOf('handshake_latency', handshakes(40, [109.9, 109.9, 109.9]))).toEqual([]);
});

test('where times are spread anyway, none stands out', async () => {
  const spread = attempts(43, (index) => ({
    at: index * 10_000,
    clientPort: 1024 + index,
    answersIn: 10 * (index + 1),
  }));
  expect(await findingsOf('handshake_latency', spread)).toEqual([]);
});

test('a server with few handshakes has no usual time', async () => {
  expect(await findingsOf('handshake_latency', handshakes(7, [300, 300, 300]))).toHaveLength(1);
  expect(await findingsOf('handshake_latency', handshakes(6, [300, 300, 300]))).toEqual([]);
});
