// Preloaded with node --import: says on stderr, at the end, the longest time in milliseconds that the event loop stood
// still, after the start, and the most memory the process had, in bytes.
import fs from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const START_MS = 1000;
const delays = monitorEventLoopDelay({ resolution: 5 });
setTimeout(() => delays.enable(), START_MS).unref();
process.on('exit', () => {
  const stall = Math.round(delays.max / 1e6);
  fs.writeSync(2, `stall ${stall} memory ${process.resourceUsage().maxRSS * 1024}\n`);
});
