import { expect, test } from 'vitest';
import { pcap } from '../../support/captures.ts';
import { udpFrame } from '../../support/frames.ts';
import { openPacketScreen, type PacketScreen } from '../../support/packet-screen.ts';

/** A packet at each of these seconds, and looks at the machine at each from 100 to 109. */
async function openPast(seconds: readonly number[]): Promise<PacketScreen> {
  const frames = seconds.map((second, index) => ({
    bytes: udpFrame({ srcPort: 1000 + (index % 2), dstPort: 9 }, []),
    seconds: second,
  }));
  const screen = await openPacketScreen(pcap(frames), { height: 40 });
  for (let second = 100; second < 110; second++) screen.look(second);
  return screen;
}
test('[ shows the packets that came until then, and p all of them again', async () => {
  const screen = await openPast([101, 105, 107, 108, 109, 109]);
  expect(screen.model.packets.look!.count).toBe(6);
  screen.press('[');
  expect(screen.lines()[1]).toMatch(/^ Packets 4 +paused at .*, 1 s ago $/);
  screen.press('[', '[', '[');
  expect([screen.model.packets.look!.count, screen.lines()[1]]).toEqual([2, expect.stringMatching(/^ Packets 2 /)]);
  screen.press(']', ']');
  expect(screen.model.packets.look!.count).toBe(3);
  screen.press('p');
  expect([screen.model.packets.look!.count, screen.model.packets.until]).toEqual([6, null]);
});

test('packets that are held are kept while somebody looks at the past', async () => {
  const screen = await openPast([101, 109]);
  screen.press('[', '[', 'p');
  expect(screen.asked).toEqual([
    { type: 'keep packets', isKept: true },
    { type: 'keep packets', isKept: false },
  ]);
});

test('a filter counts those of that time, and the export is of what is shown', async () => {
  const screen = await openPast([101, 102, 103, 104, 108, 109]);
  screen.press('[', '[', '[', '[', '[', '/', '"port 1000"', 'enter');
  await screen.clock.pass(1000);
  expect(screen.lines()[1]).toMatch(/^ Packets 2 of 4 /);
  screen.press('w');
  expect(screen.asked.at(-1)).toEqual({ type: 'export packets', last: 3 });
  screen.press('p');
  expect(screen.lines()[1]).toMatch(/^ Packets 3 of 6 /);
});

test('before the first packet that is held there are none, which is said', async () => {
  const screen = await openPast([101, 102]);
  screen.press('{');
  expect(screen.lines().join('\n')).toContain('no packets of that time are held');
});

test('the selected packet is selected again when its time comes', async () => {
  const screen = await openPast([101, 102, 108, 109]);
  screen.press('home', 'down', 'down', 'down', '{');
  screen.press(']', ']');
  expect(screen.model.packets.selected).toBe(4);
});
