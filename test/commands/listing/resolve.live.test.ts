import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noNetwork } from '../../platform/linux/live-network.ts';
import { type LiveScene, openLiveScene, parseLines } from '../../support/live-scene.ts';
import { ROOT } from '../../support/program.ts';

/** Names the loopback addresses, and keeps silent about all else. */
const SERVER = `
  const dns = require('node:dgram').createSocket('udp4').bind(53, '127.0.0.1', () => process.stdout.write('listening'));
  const names = { '1.0.0.127.in-addr.arpa': 'four', ['1.' + '0.'.repeat(31) + 'ip6.arpa']: 'six' };
  dns.on('message', (query, { port, address }) => {
    const labels = [];
    let at = 12;
    for (; query[at] !== 0; at += query[at] + 1) labels.push(query.subarray(at + 1, at + 1 + query[at]).toString());
    const name = names[labels.join('.')];
    if (name === undefined) return;
    const answer = Buffer.concat([query.subarray(0, at + 5), Buffer.from('c00c000c00010000003c', 'hex'),
      Buffer.from([0, name.length + 2, name.length]), Buffer.from(name), Buffer.from([0])]);
    answer.writeUInt16BE(0x8180, 2);
    answer.writeUInt16BE(1, 6);
    answer.writeUInt32BE(0, 8);
    dns.send(answer, port, address);
  });`;

describe.skipIf(noNetwork !== null)('--resolve', { timeout: 30_000 }, () => {
  let scene: LiveScene;
  beforeAll(async () => {
    scene = openLiveScene('names');
    await scene.run(SERVER);
  });
  afterAll(() => scene.remove());

  /** With a resolv.conf of the test's own, in a mount namespace of its own. */
  const run = async (...argv: readonly string[]): Promise<Record<string, unknown>[]> => {
    const script = `echo nameserver 127.0.0.1 > ${scene.folder}/resolv.conf && mount --bind ${scene.folder}/resolv.conf /etc/resolv.conf && mount --bind /dev/null /etc/hosts && exec "$@"`;
    const { status, out, said } = await scene.start(
      [...argv, '--resolve', '--json'],
      ['unshare', '-m', 'sh', '-c', script, 'sh'],
    ).ended;
    expect([status, said]).toEqual([0, '']);
    return parseLines(out);
  };
  const LOOPBACK = `${ROOT}/test/captures/loopback.pcap`;

  test('names of the conversations and endpoints of a capture', async () => {
    const rows = await run('stats', '-r', LOOPBACK, '--by', 'conversations,endpoints');
    for (const row of rows) {
      const address = row.a_addr ?? row.addr;
      expect(row.a_host ?? row.host).toBe(address === '::1' ? 'six' : 'four');
    }
    expect(rows.length).toBeGreaterThan(5);
  });

  test('names of streams, connections and of sockets', async () => {
    const streams = await run('follow', '-r', LOOPBACK, '--list', '--sort', 'stream');
    expect(new Set(streams.map(({ b_host }) => b_host))).toEqual(new Set(['four', 'six']));
    const conns = await run('conns', '-r', LOOPBACK);
    expect(new Set(conns.map(({ remote_host }) => remote_host))).toEqual(new Set(['four', 'six']));
  });

  test('packets are not held up: they have the names that are known by then', async () => {
    const packets = await run('capture', '-r', LOOPBACK);
    expect(packets.length).toBeGreaterThan(20);
    for (const { src_host } of packets) expect(['four', 'six', null]).toContain(src_host);
  });

  test('a table shows them beside the addresses', async () => {
    const args = ['stats', '-r', LOOPBACK, '--by', 'endpoints', '--resolve', '--limit', '1'];
    const stdout = execFileSync(process.execPath, [`${ROOT}/bin/netwatch.js`, ...args], { encoding: 'utf8' });
    expect(stdout.split('\n')[0]!.split('\t').slice(0, 2)).toEqual(['addr', 'host']);
  });
});
