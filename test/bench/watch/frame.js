// What a frame takes at 200×60 with 10,000 connections. What is worked out of a look before it is shown stands beside it.
import { runBundled } from '../bundle.js';

const GOAL_MS = 8;

export async function benchFrame(row) {
  const costs = await runBundled('watch/frame-costs.ts');
  for (const [tab, { key, look, before, piece }] of Object.entries(costs)) {
    const figure = `${key.toFixed(2)} ms after ↓, ${look.toFixed(2)} ms after a look; ${before.toFixed(2)} before it, at most ${piece.toFixed(2)} at once`;
    row(`CPU of a frame, 10,000 conns, ${tab}`, `≤ ${GOAL_MS} ms`, Math.max(key, look) <= GOAL_MS, figure);
  }
}
