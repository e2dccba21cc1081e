// usage: heap-growth FRAMES: prints, as JSON, the heap in MB after garbage was collected, ten times over so many frames. Runs with
// --expose-gc.
import { CAPTURE, FixedScreen } from './fixed-screen.ts';
import { RandomSteps } from './random-steps.ts';

const CONNECTIONS = 300;
const SAMPLES = 10;
const { gc } = globalThis;
if (gc === undefined) throw new Error('needs --expose-gc');

const frames = Number(process.argv[2]);
const screen = new FixedScreen(CONNECTIONS, 120, 40);
await screen.capture(CAPTURE);
const random = new RandomSteps(7);
const heaps: number[] = [];
for (let frame = 1; frame <= frames; frame++) {
  random.step(screen);
  screen.frame();
  if (frame % 100 === 0) await screen.pass(20);
  if (frame % (frames / SAMPLES) !== 0) continue;
  gc();
  await new Promise((resolve) => setImmediate(resolve));
  gc();
  heaps.push(process.memoryUsage().heapUsed / 1e6);
}
await screen.close();
process.stdout.write(JSON.stringify(heaps));
