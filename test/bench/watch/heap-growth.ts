// usage: heap-growth WARM FRAMES: paints so many frames until what is kept of the past is full, and then prints, as JSON, the heap in
// MB after garbage was collected, ten times over so many frames. Runs with --expose-gc.
import { CAPTURE, FixedScreen } from './fixed-screen.ts';
import { RandomSteps } from './random-steps.ts';

const CONNECTIONS = 300;
const SAMPLES = 10;
const { gc } = globalThis;
if (gc === undefined) throw new Error('needs --expose-gc');

const [warm, frames] = process.argv.slice(2).map(Number) as [number, number];
const screen = new FixedScreen(CONNECTIONS, 120, 40);
await screen.capture(CAPTURE);
const random = new RandomSteps(7);
const heaps: number[] = [];
for (let frame = 1 - warm; frame <= frames; frame++) {
  random.step(screen);
  screen.frame();
  if (frame % 100 === 0) await screen.pass(20);
  if (frame <= 0 || frame % (frames / SAMPLES) !== 0) continue;
  gc();
  await new Promise((resolve) => setImmediate(resolve));
  gc();
  heaps.push(process.memoryUsage().heapUsed / 1e6);
}
await screen.close();
process.stdout.write(JSON.stringify(heaps));
