import { execFileSync } from 'node:child_process';
import { setMaxListeners } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Reply } from '../../../src/core/health/prober.ts';
import { parseTarget } from '../../../src/core/health/target.ts';
import type { HopRow } from '../../../src/core/record/tables/hop.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { openProber } from '../../../src/platform/probe/open-prober.ts';
import { fakePlatform } from '../../support/fake-platform.ts';
import { namespacePlatform } from '../../support/namespace-platform.ts';
import { openRoutedPath, type RoutedPath } from '../../support/routed-path.ts';
import { noNetwork } from '../linux/live-network.ts';

const NEVER = new AbortController().signal;
setMaxListeners(0, NEVER);

describe.skipIf(noNetwork !== null)('a path of routers', { timeout: 30_000 }, () => {
  let path: RoutedPath;
  beforeAll(async () => {
    path = openRoutedPath('path', 4);
    await path.ready();
  });
  afterAll(() => path?.remove());

  interface Asked {
    readonly replies: readonly Reply[];
    readonly hops: readonly Omit<HopRow, 'time' | 'target'>[];
    readonly elapsedMs: number;
  }
  async function ask(text: string, way: 'icmp' | 'udp', timeoutMs = 800, times = 1): Promise<Asked> {
    const { platform, close } = namespacePlatform(path.netns, way === 'icmp');
    try {
      const prober = await openProber(parseTarget(text), { platform, clock: realClock, sayLimit: () => {} });
      const replies: Reply[] = [];
      const start = performance.now();
      for (let n = 0; n < times; n++) replies.push(await prober.send(timeoutMs, NEVER));
      return { replies, hops: prober.hops?.() ?? [], elapsedMs: performance.now() - start };
    } finally {
      close();
    }
  }
  /** Does something with a setting, and takes it back. */
  async function withSetting(at: number, setting: string, undo: string, work: () => Promise<void>): Promise<void> {
    path.ip(at, ...setting.split(' '));
    try {
      await work();
    } finally {
      path.ip(at, ...undo.split(' '));
    }
  }

  const WAYS = [
    ['icmp', 'ipv4'],
    ['icmp', 'ipv6'],
    ['udp', 'ipv4'],
    ['udp', 'ipv6'],
  ] as const;

  describe.each(WAYS)('by %s over %s', (way, family) => {
    const text = (kind: string): string => `${kind}://${path.target[family]}`;
    const method = way === 'udp' ? 'udp' : 'icmp_raw';
    const silent = (at: number): readonly [number, string, string] => {
      // what a router says itself comes in by lo; what it passes on does not
      const rule = `rule ADD iif lo to ${family === 'ipv4' ? '10.80.1.0/24' : 'fd80:1::/64'} pref 1 blackhole`;
      const ip = family === 'ipv4' ? '' : '-6 ';
      return [at, ip + rule.replace('ADD', 'add'), ip + rule.replace('ADD', 'del')];
    };

    test('each hop, its address, its times, and the target', async () => {
      const { replies, hops, elapsedMs } = await ask(text('trace'), way, 800, 3);
      expect(hops.map(({ hop, addr, sent, received, error }) => ({ hop, addr, sent, received, error }))).toEqual(
        path.hops[family].map((addr, at) => ({ hop: at + 1, addr, sent: 3, received: 3, error: null })),
      );
      for (const { rtt_min_ms, rtt_max_ms } of hops) {
        expect(rtt_min_ms).toBeGreaterThan(0);
        expect(rtt_max_ms).toBeLessThan(elapsedMs);
      }
      for (const { ok, detail, rttMs, findings } of replies) {
        expect({ ok, detail }).toEqual({ ok: true, detail: 'reached in 3 hops' });
        expect(findings).toMatchObject({ method, hops: 3 });
        expect(rttMs).toBeLessThan(elapsedMs);
      }
    });

    test('a router that is silent is a hop without an answer, and the target is reached', async () => {
      await withSetting(...silent(2), async () => {
        const { replies, hops } = await ask(text('trace'), way, 500, 2);
        expect(replies.at(-1)!.detail).toBe('reached in 3 hops');
        expect(hops.map(({ addr, loss_pct }) => [addr, loss_pct])).toEqual([
          [path.hops[family][0], 0],
          [null, 100],
          [path.hops[family][2], 0],
        ]);
      });
    });

    test('a target that is silent is not reached', async () => {
      await withSetting(...silent(3), async () => {
        const { replies, hops } = await ask(text('trace'), way, 500);
        expect(replies[0]).toMatchObject({
          ok: false,
          rttMs: null,
          detail: `not reached: silence after hop 2, ${path.hops[family][1]}`,
          findings: { hops: 2 },
        });
        expect(hops.map(({ addr }) => addr)).toEqual([...path.hops[family].slice(0, 2), null]);
      });
    });

    test('a router that refuses is named', async () => {
      const prefix = family === 'ipv4' ? '10.80.3.2/32' : 'fd80:3::2/128';
      await withSetting(1, `route add prohibit ${prefix}`, `route del prohibit ${prefix}`, async () => {
        const { replies, hops } = await ask(text('trace'), way, 500);
        expect(replies[0]!.ok).toBe(false);
        expect(replies[0]!.detail).toBe(`not reached: hop 1, ${path.hops[family][0]}, says filtered`);
        expect(hops.at(-1)).toMatchObject({ addr: path.hops[family][0], error: 'filtered' });
        const mtu = await ask(text('mtu'), way, 500);
        expect(mtu.replies[0]).toMatchObject({ ok: false, detail: `filtered, says ${path.hops[family][0]}` });
      });
    });

    test('the path MTU is that of the interface', async () => {
      const { replies } = await ask(text('mtu'), way);
      expect(replies[0]).toMatchObject({
        ok: true,
        detail: '1500 bytes, as the interface here',
        findings: { mtu_bytes: 1500, method },
      });
    });

    test('the path MTU is what a router says', async () => {
      await withSetting(2, 'link set right mtu 1380', 'link set right mtu 1500', async () => {
        // the second time the kernel knows it, and must not fragment for that
        const { replies } = await ask(text('mtu'), way, 800, 2);
        for (const reply of replies) {
          expect(reply).toMatchObject({
            ok: true,
            detail: `1380 bytes, says ${path.hops[family][1]}`,
            findings: { mtu_bytes: 1380 },
          });
        }
      });
    });

    test('larger packets that vanish without a word', async () => {
      await withSetting(2, 'link set right mtu 1433', 'link set right mtu 1500', () =>
        withSetting(...silent(2), async () => {
          const { replies } = await ask(text('mtu'), way, 3000);
          if (way === 'udp') {
            expect(replies[0]).toMatchObject({ ok: null, findings: { mtu_bytes: null } });
            expect(replies[0]!.detail).toMatch(/vanish without a word, and without ICMP echo it cannot be told/);
            return;
          }
          expect(replies[0]).toMatchObject({
            ok: true,
            detail: '1433 bytes; larger packets vanish without a word: a black hole',
            findings: { mtu_bytes: 1433 },
          });
        }),
      );
    });

    test('nobody answers', async () => {
      await withSetting(...silent(3), async () => {
        const { replies } = await ask(text('mtu'), way, 400);
        expect(replies[0]).toMatchObject({ ok: false, rttMs: null, findings: { mtu_bytes: null } });
        expect(replies[0]!.detail).toMatch(/^no answer to \d+ bytes within 400 ms$/);
      });
    });
  });

  test('thirty hops at most are asked, of a path that goes in circles', async () => {
    path.ip(1, 'route', 'add', '10.80.77.0/24', 'via', '10.80.2.2');
    path.ip(2, 'route', 'add', '10.80.77.0/24', 'via', '10.80.2.1');
    const { replies, hops } = await ask('trace://10.80.77.7', 'icmp', 1500);
    expect(hops.length).toBe(30);
    expect(hops.slice(0, 4).map(({ addr }) => addr)).toEqual(['10.80.1.2', '10.80.2.2', '10.80.1.2', '10.80.2.2']);
    expect(replies[0]).toMatchObject({ ok: false, detail: 'not reached within 30 hops' });
  });

  test('datagram sockets for ICMP do the same, without a privilege', async () => {
    const range = (text: string): void =>
      void execFileSync('ip', ['netns', 'exec', path.names[0]!, 'sysctl', '-qw', `net.ipv4.ping_group_range=${text}`]);
    range('0 2147483647');
    try {
      for (const family of ['ipv4', 'ipv6'] as const) {
        const trace = await ask(`trace://${path.target[family]}`, 'icmp');
        expect(trace.replies[0]).toMatchObject({ detail: 'reached in 3 hops', findings: { method: 'icmp_dgram' } });
        expect(trace.hops.map(({ addr }) => addr)).toEqual(path.hops[family]);
        await withSetting(2, 'link set right mtu 1380', 'link set right mtu 1500', async () => {
          const mtu = await ask(`mtu://${path.target[family]}`, 'icmp');
          expect(mtu.replies[0]!.findings).toMatchObject({ mtu_bytes: 1380, method: 'icmp_dgram' });
        });
      }
    } finally {
      range('1 0');
    }
  });
});

test.each(['trace', 'mtu'])('%s cannot be asked where errors on the way are not told', async (kind) => {
  for (const name of ['macos', 'linux'] as const) {
    const platform = { ...fakePlatform([]), name };
    const prober = await openProber(parseTarget(`${kind}://127.0.0.1`), {
      platform,
      clock: realClock,
      sayLimit: () => {},
    });
    const { ok, detail } = await prober.send(100, NEVER);
    expect(ok).toBeNull();
    expect(detail).toContain(name === 'macos' ? 'macOS' : 'netwatch doctor');
  }
});
