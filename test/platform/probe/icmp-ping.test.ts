import { describe, expect, test } from 'vitest';
import { EXIT, Failure } from '../../../src/core/failure.ts';
import type { Reply } from '../../../src/core/health/prober.ts';
import { parseTarget } from '../../../src/core/health/target.ts';
import { OwnConnections } from '../../../src/core/insight/own-connections.ts';
import type { Platform } from '../../../src/core/system/platform.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { openProber } from '../../../src/platform/probe/open-prober.ts';
import { parsePingTime } from '../../../src/platform/probe/ping-command.ts';
import { fakePlatform } from '../../support/fake-platform.ts';
import { toolIsMissing } from '../../support/tool.ts';

/** A platform without a socket for ICMP, whose ping is this. */
const platformWith = (
  name: Platform['name'],
  run: (file: string, args: readonly string[]) => Promise<string>,
): Platform => ({
  ...fakePlatform([]),
  name,
  host: { ...openHost(null, realClock), run },
});

async function ask(
  platform: Platform,
  text = '127.0.0.1',
  own = new OwnConnections(),
): Promise<{ readonly reply: Reply; readonly said: string[]; readonly elapsedMs: number }> {
  const said: string[] = [];
  const sayLimit = (what: string, why: string): void => void said.push(`${what}: ${why}`);
  const prober = await openProber(parseTarget(text), { platform, clock: realClock, sayLimit, own });
  const start = performance.now();
  const reply = await prober.send(1500, new AbortController().signal);
  return { reply, said, elapsedMs: performance.now() - start };
}

const failed = (message: string) => async (): Promise<string> => {
  throw new Failure(EXIT.unavailable, message);
};

describe('where no socket for ICMP is permitted', () => {
  test.skipIf(toolIsMissing('ping'))('ping is asked, and answers', async () => {
    const { reply, said, elapsedMs } = await ask(platformWith('linux', openHost(null, realClock).run));
    expect(reply).toMatchObject({ ok: true, detail: 'echo reply', findings: { method: 'ping' } });
    expect(reply.rttMs).toBeGreaterThan(0);
    expect(reply.rttMs).toBeLessThan(elapsedMs);
    expect(said).toEqual(['ICMP echo: no socket for it is permitted here']);
  });

  test.each([
    ['linux', '127.0.0.1', 'ping -n -c 1 -W 2 -4 127.0.0.1'],
    ['linux', '::1', 'ping -n -c 1 -W 2 -6 ::1'],
    ['macos', '127.0.0.1', 'ping -n -c 1 -W 1500 127.0.0.1'],
    ['macos', '::1', 'ping6 -n -c 1 ::1'],
  ] as const)('on %s, of %s: %s', async (name, text, line) => {
    const lines: string[] = [];
    const platform = platformWith(name, async (file, args) => {
      lines.push([file, ...args].join(' ').replace(/-W 1[34]\d\d /, '-W 1500 '));
      return '64 bytes from x: icmp_seq=0 ttl=64 time=0.047 ms\n';
    });
    expect((await ask(platform, text)).reply).toMatchObject({ ok: true, rttMs: 0.047 });
    expect(lines).toEqual([line]);
  });

  test('ping without an answer is no answer', async () => {
    const { reply } = await ask(platformWith('linux', failed('ping: Command failed with exit code 1: ping -n')));
    expect(reply).toMatchObject({ ok: false, rttMs: null, findings: { method: 'ping' } });
    expect(reply.detail).toMatch(/^no answer within/);
  });

  test.each([
    ['is missing', 'ping: spawn ping ENOENT'],
    ['may not send either', 'ping: Command failed with exit code 2: ping -n'],
  ])('where ping %s, a TCP port that is opened or refused shows that the host lives', async (_, message) => {
    const { reply, elapsedMs } = await ask(platformWith('linux', failed(message)));
    expect(reply).toMatchObject({ ok: true, findings: { method: 'tcp_connect' } });
    expect(reply.detail).toMatch(/^TCP port \d+ (answers|is closed, so the host answers)$/);
    expect(reply.rttMs).toBeGreaterThan(0);
    expect(reply.rttMs).toBeLessThan(elapsedMs);
  });

  test('each of these connections is noted with its ports, also one that is refused', async () => {
    const own = new OwnConnections();
    const noted: (readonly [number, string, number])[] = [];
    own.add = (...one) => void noted.push(one);
    await ask(platformWith('linux', failed('ping: spawn ping ENOENT')), '127.0.0.1', own);
    expect(noted.map(([, ...remote]) => remote)).toEqual([443, 80, 22, 53, 7].map((port) => ['127.0.0.1', port]));
    const ports = noted.map(([port]) => port);
    expect([new Set(ports).size, Math.min(...ports) > 0]).toEqual([5, true]);
  });

  test('nothing can be told where that does not answer either: unknown, never down', async () => {
    // an address of a link without its zone: the system does not connect
    const { reply } = await ask(platformWith('linux', failed('ping: spawn ping ENOENT')), 'fe80::1');
    expect(reply).toMatchObject({ ok: null, rttMs: null, findings: { method: 'tcp_connect' } });
    expect(reply.detail).toContain('netwatch doctor');
  });
});

test.each([
  ['64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.042 ms\n', 0.042], // iputils
  ['64 bytes from 127.0.0.1: seq=0 ttl=64 time=0.094 ms\n', 0.094], // busybox
  ['64 bytes from 127.0.0.1: icmp_seq=0 ttl=64 time=0,042 ms\n', null], // another language: never guessed
  ['16 bytes from ::1, icmp_seq=0 hlim=64 time=0.111 ms\n', 0.111], // macOS ping6
  ['64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time<1 ms\n', 1],
  ['64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=12 ms (DUP!)\n', 12],
  ['1 packets transmitted, 0 received, 100% packet loss, time 0ms\n', null],
  ['From 10.80.1.2 icmp_seq=1 Packet filtered\n', null],
  ['', null],
])('the time in %j', (text, millis) => {
  expect(parsePingTime(text)).toBe(millis);
});
