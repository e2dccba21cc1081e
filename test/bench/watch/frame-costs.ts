// CPU milliseconds of a frame at 200×60 with 10,000 connections, on each tab: after the key ↓, and after a look at the machine.
// Prints them as JSON.
import { TAB_NAMES } from '../../../src/commands/watch/model/model.ts';
import { cpuMsOf } from '../../support/cpu-time.ts';
import { CAPTURE, FixedScreen } from './fixed-screen.ts';

const WARM_UP = 100;
const FRAMES = 300;
const LOOKS = 20;

const costs: Record<string, Readonly<Record<'key' | 'look' | 'before' | 'piece', number>>> = {};
for (const tab of TAB_NAMES) {
  const screen = new FixedScreen(10_000, 200, 60, tab);
  await screen.capture(CAPTURE);
  const keys = (count: number): void => {
    for (let frame = 0; frame < count; frame++) {
      screen.press('down');
      screen.frame();
    }
  };
  keys(WARM_UP);
  const key = cpuMsOf(() => keys(FRAMES)) / FRAMES;
  // the look is not the frame's, and what is worked out of it for the frame is done in pieces before
  let look = 0;
  let before = 0;
  const pieces: number[] = [];
  for (let round = -5; round < LOOKS; round++) {
    let index = 0;
    screen.look((step) => {
      const cost = cpuMsOf(step);
      if (round < 0) return;
      before += cost / LOOKS;
      pieces[index] = (pieces[index] ?? 0) + cost / LOOKS;
      index++;
    });
    const cost = cpuMsOf(() => screen.frame());
    if (round >= 0) look += cost / LOOKS;
  }
  costs[tab] = { key, look, before, piece: Math.max(...pieces) };
  await screen.close();
}
process.stdout.write(JSON.stringify(costs));
