import type { ChildProcess } from 'node:child_process';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noNetwork } from '../../platform/linux/live-network.ts';
import { type LiveScene, openLiveScene, parseLines } from '../../support/live-scene.ts';
import { watchStalls } from '../../support/machine-stall.ts';
import { toolIsMissing } from '../../support/tool.ts';

/** What a network does to probes on purpose, and what probe says of it: within 2 ms and what the machine stalls meanwhile, and exactly. */
let scene: LiveScene;
beforeAll(() => {
  if (noNetwork === null) scene = openLiveScene('probe');
});
afterAll(() => scene?.remove());

async function probe(...argv: readonly string[]): Promise<Record<string, unknown>> {
  const { out } = await scene.start(['probe', ...argv, '--json', '-q']).ended;
  return parseLines(out)[0]!;
}

/**
 * An echo server behind a relay on port 7001 that holds each datagram back for `delay` milliseconds and loses every
 * `lost`th. It tells how long it held them when it is written to.
 */
const RELAY = (delay: number, lost: number): string => `
  const dgram = require('node:dgram');
  const echo = dgram.createSocket('udp4').bind(7000, '127.0.0.1');
  echo.on('message', (bytes, { port, address }) => echo.send(bytes, port, address));
  const held = [];
  let count = 0;
  const relay = dgram.createSocket('udp4').bind(7001, '127.0.0.1', () => process.stdout.write('listening\\n'));
  relay.on('message', (bytes, from) => {
    if (++count % ${lost} === 0) return;
    const start = performance.now();
    const beyond = dgram.createSocket('udp4');
    beyond.on('message', (answer) => {
      relay.send(answer, from.port, from.address, () => held.push(performance.now() - start));
      beyond.close();
    });
    setTimeout(() => beyond.send(bytes, 7000, '127.0.0.1'), ${delay});
  });
  process.stdin.on('data', () => process.stdout.write(JSON.stringify(held) + '\\n'));`;

async function heldBy(relay: ChildProcess): Promise<number[]> {
  const said = new Promise<Buffer>((resolve) => relay.stdout!.once('data', resolve));
  relay.stdin!.write('tell\n');
  return JSON.parse(String(await said));
}

describe.skipIf(noNetwork !== null)('a network that delays and loses', { timeout: 30_000 }, () => {
  test('a relay: its delay within 2 ms and what the machine stalls, its loss exactly', async () => {
    const relay = await scene.run(RELAY(25, 5));
    const stalls = await watchStalls();
    const { sent, received, loss_pct, rtt_avg_ms, rtt_min_ms, rtt_max_ms } = await probe(
      ...['udp://127.0.0.1:7001', '-c', '50', '--interval', '20ms', '--timeout', '5s'],
    );
    const held = await heldBy(relay);
    relay.stdin!.end();
    const most = 2 + (await stalls.end());
    expect([sent, received, loss_pct]).toEqual([50, 40, 20]);
    const mean = held.reduce((sum, one) => sum + one, 0) / held.length;
    expect(Math.abs((rtt_avg_ms as number) - mean)).toBeLessThan(most);
    expect(Math.abs((rtt_min_ms as number) - Math.min(...held))).toBeLessThan(most);
    expect(rtt_max_ms).toBeLessThan(Math.max(...held) + most);
  });

  const noNetfilter = (): boolean => {
    if (noNetwork !== null || toolIsMissing('iptables')) return true;
    const tried = spawnSync('unshare', ['-n', 'iptables', '-L'], { encoding: 'utf8' });
    if (tried.status !== 0) console.warn(`skipped: netfilter: ${tried.stderr}`);
    return tried.status !== 0;
  };
  test.skipIf(noNetfilter())('netfilter: what loses every fourth echo request loses 25 %', async () => {
    const match = ['-p', 'icmp', '--icmp-type', 'echo-request'];
    const rule = [...match, '-m', 'statistic', '--mode', 'nth', '--every', '4', '--packet', '0', '-j', 'DROP'];
    const iptables = (...args: readonly string[]): void => {
      const { status, stderr } = spawnSync('ip', ['netns', 'exec', scene.name, 'iptables', ...args], {
        encoding: 'utf8',
      });
      expect([status, stderr]).toEqual([0, '']);
    };
    iptables('-A', 'INPUT', ...rule);
    const row = await probe('icmp://127.0.0.1', '-c', '40', '--interval', '20ms', '--timeout', '3s');
    iptables('-F', 'INPUT');
    expect(row).toMatchObject({ sent: 40, received: 30, loss_pct: 25, state: 'degraded' });
  });
});
