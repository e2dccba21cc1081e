import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { netwatch, type Ran, recordsOf } from '../../support/in-process.ts';
import { ROOT } from '../../support/program.ts';
import { expectRecord } from '../../support/record-schema.ts';
import { runTool, toolIsMissing } from '../../support/tool.ts';

/** What happens in it is told in test/captures/README.md. */
const LOOPBACK = path.join(ROOT, 'test/captures/loopback.pcap');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-conns-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

function saved(name: string, bytes: Uint8Array): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, bytes);
  return file;
}

const conns = (...argv: readonly string[]): Promise<Ran> => netwatch('conns', '-r', LOOPBACK, ...argv);
const ports = async (...argv: readonly string[]): Promise<string> =>
  (await conns('--fields', 'remote_port', '--no-header', ...argv)).out.trim().replaceAll('\n', ' ');

test('a flow is a connection, told from the side that opened it', async () => {
  const records = recordsOf((await conns('--json')).out);
  expect(
    records.map((one) => [
      one.proto,
      one.state,
      one.local_addr,
      one.local_port,
      one.remote_port,
      one.tx_bytes,
      one.rx_bytes,
    ]),
  ).toEqual([
    ['udp', 'ESTABLISHED', '127.0.0.1', 58_050, 53, 30, 46],
    ['udp', 'ESTABLISHED', '127.0.0.1', 43_760, 53, 33, 33],
    ['tcp', 'CLOSE', '127.0.0.1', 33_638, 8080, 134, 298],
    ['tcp', 'CLOSE', '127.0.0.1', 54_958, 8443, 522, 1409],
    ['tcp', 'CLOSE', '::1', 49_330, 9, 0, 0],
    ['udp', 'ESTABLISHED', '::1', 40_007, 7777, 11, 11],
  ]);
  expect(records[2]).toMatchObject({
    time: '2026-11-21T07:48:42.291590725Z',
    first_seen: '2026-11-21T07:48:42.270412221Z',
    age_s: 0.021178504,
    family: 'ipv4',
    tx_packets: 7,
    rx_packets: 5,
    rtt_ms: 0.083964,
    rttvar_ms: 0.104325,
    min_rtt_ms: 0.008673,
    retrans: 0,
    app: 'http',
    server_name: 'web.example',
    stream: 0,
    source: 'capture',
  });
});

test('what packets cannot tell is null, and the record is whole', async () => {
  for (const record of recordsOf((await conns('--json')).out)) {
    expectRecord(record);
    for (const name of ['pid', 'process', 'cmdline', 'user', 'inode', 'rx_queue', 'cwnd', 'rx_rate'])
      expect(record[name]).toBeNull();
  }
});

test.each([
  [['--tcp'], '8080 8443 9'],
  [['--udp', '-6'], '7777'],
  [['-4', '--tcp'], '8080 8443'],
  [['--port', '53'], '53 53'],
  [['--established'], '53 53 7777'],
  [['--state', 'close'], '8080 8443 9'],
  [['-f', 'app == "tls"'], '8443'],
  [['-f', 'server_name contains "example" and tx_bytes < 200'], '8080'],
  [['--sort', 'rx_bytes:desc', '--limit', '2'], '8443 8080'],
  [['--listen'], ''],
  [['--process', 'curl'], ''],
])('%j', async (argv, expected) => {
  expect(await ports(...argv)).toBe(expected);
});

test('the formats say the same', async () => {
  const records = recordsOf((await conns('--json')).out);
  expect(JSON.parse((await conns('-o', 'json')).out)).toEqual(records);
  for (const format of ['tsv', 'csv']) {
    const [, ...lines] = (await conns('-o', format, '--fields', 'app,stream,local_port')).out.trimEnd().split('\n');
    expect(lines.map((line) => line.split(/[\t,]/))).toEqual(
      records.map((one) => [`${one.app ?? ''}`, `${one.stream}`, `${one.local_port}`]),
    );
  }
  expect((await conns('-o', 'table')).out.trimEnd().split('\n')).toHaveLength(7);
});

test('--summary adds up the connections of a capture', async () => {
  const [one, other] = recordsOf((await conns('--summary', 'remote', '--json')).out);
  expect(one).toMatchObject({
    type: 'conn_summary',
    key: '127.0.0.1',
    conns: 4,
    established: 2,
    rx_bytes: 1786,
    tx_bytes: 719,
  });
  expect(other).toMatchObject({ key: '::1', conns: 2, established: 1 });
});

test.skipIf(toolIsMissing('tshark'))('round trips are those tshark measures, smoothed after RFC 6298', async () => {
  const fields = ['tcp.stream', 'tcp.dstport', 'tcp.analysis.ack_rtt'].flatMap((field) => ['-e', field]);
  const { stdout } = runTool('tshark', ['-r', LOOPBACK, '-Y', 'tcp.analysis.ack_rtt', '-T', 'fields', ...fields]);
  const samples = stdout
    .trim()
    .split('\n')
    .map((line) => line.split('\t').map(Number) as [number, number, number]);
  const rows = recordsOf((await conns('--json', '-f', 'server_name == web.example')).out);
  expect(rows).toHaveLength(1); // each of its segments was answered before the next
  for (const { stream, local_port, rtt_ms, rttvar_ms, min_rtt_ms } of rows) {
    const [first, ...others] = samples.flatMap(([of, port, rtt]) =>
      of === stream && port === local_port ? [rtt * 1000] : [],
    );
    let [smoothed, deviation] = [first!, first! / 2];
    for (const rtt of others) {
      deviation += (Math.abs(smoothed - rtt) - deviation) / 4;
      smoothed += (rtt - smoothed) / 8;
    }
    expect(rtt_ms).toBeCloseTo(smoothed, 6);
    expect(rttvar_ms).toBeCloseTo(deviation, 6);
    expect(min_rtt_ms).toBeCloseTo(Math.min(first!, ...others), 6);
  }
});

test.each([
  ['count(state == CLOSE) == 3', 0],
  ['count(state == ESTABLISHED) < 3', 1],
  ['all(rtt_ms < 1)', 3], // UDP has none
  ['sum(rx_bytes) == 1797', 0],
])('--expect %s: %i', async (expectation, status) => {
  expect((await conns('--expect', expectation, '-q', '--limit', '1')).status).toBe(status);
});

describe('a capture that is', () => {
  const whole = fs.readFileSync(LOOPBACK);

  test('packed', async () => {
    const { out } = await netwatch('conns', '-r', saved('x.gz', gzipSync(whole)), '--json');
    expect(out).toBe((await conns('--json')).out);
  });

  test('empty', async () => {
    expect(await netwatch('conns', '-r', saved('none.pcap', whole.subarray(0, 24)), '-o', 'json')).toEqual({
      status: 0,
      out: '[]\n',
      said: ['no conn records'],
    });
  });

  test('cut short: what is there, and where it ends', async () => {
    const file = saved('cut.pcap', whole.subarray(0, 2000));
    const { status, out, said } = await netwatch('conns', '-r', file, '--fields', 'state', '--no-header');
    expect([status, out, said]).toEqual([
      0,
      'ESTABLISHED\nESTABLISHED\nCLOSE\nSYN_SENT\n',
      [`${file}: cut short in packet 18, at byte 2000`],
    ]);
  });

  test('less than a header', async () => {
    const { status, said } = await netwatch('conns', '-r', saved('short.pcap', whole.subarray(0, 20)));
    expect([status, said[0]]).toEqual([65, expect.stringContaining('cut short in its header')]);
  });
});

test.each([['--events'], ['--coverage'], ['--interval', '1'], ['--count', '2'], ['--wait', 'count() > 1']])(
  '%s %s needs a live machine',
  async (...argv) => {
    const { status, out, said } = await conns(...argv.filter((word) => word !== undefined));
    expect([status, out, said[0]]).toEqual([64, '', `${argv[0]} needs a live machine, not --read`]);
  },
);

test('an interface that the capture does not name is an error', async () => {
  expect(await conns('-i', 'lo')).toMatchObject({
    status: 66,
    said: ['no interface "lo" in the capture', 'it does not name its interfaces'],
  });
});
