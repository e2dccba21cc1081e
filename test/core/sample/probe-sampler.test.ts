import { expect, test } from 'vitest';
import type { Prober } from '../../../src/core/health/prober.ts';
import { parseTarget, type Target } from '../../../src/core/health/target.ts';
import type { ProbeRound } from '../../../src/core/sample/probe-rounds.ts';
import { openProbeSampler, type ProbingRequest } from '../../../src/core/sample/probe-sampler.ts';
import { fakePlatform } from '../../support/fake-platform.ts';
import { replyOf } from '../../support/probe-rows.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

const HOP = {
  hop: 1,
  addr: '192.0.2.9',
  sent: 1,
  received: 1,
  loss_pct: 0,
  rtt_min_ms: 1,
  rtt_avg_ms: 1,
  rtt_max_ms: 1,
  rtt_stddev_ms: 0,
  error: null,
  addrs: ['192.0.2.9'],
  geo_country: null,
  asn: null,
  as_org: null,
};

/** Samples with probers that answer after so many milliseconds, those of traces with a hop. */
function scene(names: Readonly<Record<string, number>>, request: Partial<ProbingRequest> = {}) {
  const clock = virtualClock();
  const abort = new AbortController();
  const closed: string[] = [];
  const asked: string[] = [];
  const openProber = async ({ text, kind }: Target): Promise<Prober> => ({
    async send(timeoutMs, signal) {
      await clock.sleep(Math.min(names[text]!, timeoutMs), signal);
      return replyOf(names[text]!);
    },
    duplicates: () => null,
    ...(kind === 'trace' ? { hops: () => [HOP] } : {}),
    close: () => closed.push(text),
  });
  const sampler = openProbeSampler(
    { platform: fakePlatform([]), clock, signal: abort.signal },
    {
      targets: Object.keys(names).map(parseTarget),
      ...{ pair: null, count: 1, intervalMs: 1000, timeoutMs: 2000 },
      ...{ everyMs: null, next: null, durationMs: null, followsPaths: false },
      ...request,
    },
    {
      openProber,
      localAddressTo: async (address) => {
        asked.push(address);
        return '10.0.0.1';
      },
    },
  );
  const batches: (readonly ProbeRound[])[] = [];
  const sampled = async (): Promise<void> => {
    for await (const rounds of (await sampler).rounds()) batches.push(rounds);
  };
  return { clock, abort, sampler, sampled, batches, closed, asked };
}

test('rounds come as they end, with the hops of traces, and every prober is closed', async () => {
  const { clock, sampler, sampled, batches, closed } = scene({ '192.0.2.1': 30, 'trace://192.0.2.2': 10 });
  const done = sampled();
  await clock.pass(100);
  await done;
  expect(batches.flat().map(({ row, hops }) => [row.target, row.rtt_avg_ms, hops.length])).toEqual([
    ['trace://192.0.2.2', 10, 1],
    ['192.0.2.1', 30, 0],
  ]);
  expect(batches[0]![0]!.hops).toEqual([{ time: batches[0]![0]!.row.time, target: 'trace://192.0.2.2', ...HOP }]);
  expect(closed).toEqual([]);
  (await sampler).close();
  expect(closed).toEqual(['192.0.2.1', 'trace://192.0.2.2']);
});

test('a record that waits for the other of its pair has its hops when it comes', async () => {
  const [via, direct] = [parseTarget('trace://192.0.2.1'), parseTarget('192.0.2.2')] as const;
  const { clock, sampled, batches } = scene(
    { [via.text]: 10, [direct.text]: 500 },
    { targets: [via, direct], pair: { via, direct } },
  );
  const done = sampled();
  await clock.pass(1000);
  await done;
  expect(batches.map((rounds) => rounds.map(({ row, hops }) => [row.target, row.overhead_ms, hops.length]))).toEqual([
    [
      [direct.text, null, 0],
      [via.text, -490, 1],
    ],
  ]);
});

test('the way to a target is asked for where it is followed, and nowhere else', async () => {
  const rounds = { everyMs: 1000, durationMs: 1500 };
  const followed = scene({ '192.0.2.1': 5 }, { ...rounds, followsPaths: true });
  const other = scene({ '192.0.2.1': 5 }, rounds);
  for (const { clock, sampled } of [followed, other]) {
    const done = sampled();
    await clock.pass(3000);
    await done;
  }
  const addresses = (batches: readonly (readonly ProbeRound[])[]) => batches.flat().map(({ row }) => row.local_addr);
  expect([addresses(followed.batches), followed.asked]).toEqual([
    ['10.0.0.1', '10.0.0.1'],
    ['192.0.2.1', '192.0.2.1'],
  ]);
  expect([addresses(other.batches), other.asked]).toEqual([[null, null], []]);
});

test('the signal ends it', async () => {
  const { clock, abort, sampled, batches } = scene({ '192.0.2.1': 5 }, { everyMs: 1000 });
  const done = sampled();
  await clock.pass(2500);
  abort.abort();
  await done;
  expect(batches).toHaveLength(3);
  expect(clock.timers()).toBe(0);
});
