import { expect, test } from 'vitest';
import { ByFlow } from '../../../src/core/wire/by-flow.ts';
import { Flow } from '../../../src/core/wire/flow.ts';
import { Packet } from '../../../src/core/wire/packet.ts';

test('what belongs to flows that are forgotten goes, and the rest stays', () => {
  const kept = new ByFlow<number>(({ isForgotten }) => isForgotten);
  const flows = Array.from({ length: 100_000 }, (_, number) => new Flow(number, 6, new Packet(), 1, 2));
  let most = 0;
  for (const [number, flow] of flows.entries()) {
    kept.set(flow, number);
    if (number >= 1000) flows[number - 1000]!.forget();
    most = Math.max(most, kept.size);
  }
  expect(most).toBeLessThan(10_000);
  expect(flows.slice(-1000).map((flow) => kept.get(flow))).toEqual(flows.slice(-1000).map(({ stream }) => stream));
});
