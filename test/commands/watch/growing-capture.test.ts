import { expect, test } from 'vitest';
import { PacketFeed } from '../../../src/core/packet/packet-feed.ts';
import { LIVE_LIMITS, type StoreLimits } from '../../../src/core/packet/packet-store.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { pcap } from '../../support/captures.ts';
import { readerOf } from '../../support/filled-store.ts';
import { udpFrame } from '../../support/frames.ts';
import { openPacketScreen } from '../../support/packet-screen.ts';
import { TcpConversation } from '../../support/tcp-conversation.ts';

/** The screen, and `come`, which lets so many packets of these come and be shown. */
async function growing(frames: readonly Uint8Array[], limits: StoreLimits = LIVE_LIMITS) {
  const screen = await openPacketScreen(null);
  const feed = new PacketFeed(await readerOf(pcap(frames.map((bytes) => ({ bytes })))), new Dissector(REGISTRY));
  screen.desk.begin(feed, null, limits);
  await feed.fill();
  const come = async (count: number): Promise<void> => {
    for (let n = 0; n < count; n++) feed.next();
    await screen.clock.pass(200);
  };
  /** What is seen of a stream. */
  const said = (): readonly string[] =>
    screen
      .lines()
      .filter((line) => /^ [→←]/.test(line))
      .map((line) => line.trim());
  const counts = (): string | undefined => screen.lines().find((line) => line.includes(' segments '));
  return { screen, come, said, counts };
}

/** A handshake, and lines that both say in turn. */
function conversation(lines: number): readonly Uint8Array[] {
  const talk = new TcpConversation(7);
  for (let n = 0; n < lines; n++) {
    if (n % 2 === 0) talk.client(`line ${n}\n`);
    else talk.server(`line ${n}\n`);
  }
  return talk.frames;
}

test('a stream that is shown grows as its packets come, and stays where it was scrolled to', async () => {
  const { screen, come, said, counts } = await growing(conversation(60));
  await come(3);
  screen.press('S');
  expect(said()).toEqual(['→ line 0']);
  expect(counts()).toContain('3 packets, 1 segments');
  await come(2);
  expect(said()).toEqual(['→ line 0', '← line 1', '→ line 2']);
  expect(counts()).toContain('5 packets, 3 segments');
  screen.press('right');
  await come(15);
  expect(said().slice(0, 2)).toEqual(['→ line 0', '→ line 2']);
  screen.press('a');
  const head = (): string | undefined => screen.lines().find((line) => line.includes('TCP stream'));
  expect(head()).toMatch(/ #0 1-\d+\/18 {2}A /);
  await come(20);
  expect([said()[0], head()]).toEqual(['→ line 0', expect.stringMatching(/ #0 1-\d+\/38 {2}A /)]);
});

test('at its end, a stream is followed', async () => {
  const { screen, come, said } = await growing(conversation(60));
  await come(30);
  screen.press('S', 'end');
  expect(said().at(-1)).toBe('← line 27');
  await come(10);
  expect(said().at(-1)).toBe('← line 37');
  screen.press('up');
  expect(said().at(-1)).toBe('→ line 36');
  await come(10);
  expect(said().at(-1)).toBe('→ line 36');
});

test('a stream does not grow while it is paused, nor while another tab is shown', async () => {
  const { screen, come, said } = await growing(conversation(20));
  await come(3);
  screen.press('S', 'p');
  await come(1);
  expect(said()).toEqual(['→ line 0']);
  screen.press('p', '5');
  const asked = screen.asked.length;
  await come(1);
  expect(screen.asked.length).toBe(asked);
  screen.press('4');
  await come(1);
  expect(said()).toEqual(['→ line 0', '← line 1', '→ line 2', '← line 3']);
});

test('what comes to other streams does not follow this one again', async () => {
  const other = udpFrame({ srcPort: 4000, dstPort: 9 }, [1, 2, 3]);
  const { screen, come } = await growing([...conversation(1), other, other]);
  await come(3);
  screen.press('S');
  await come(2);
  expect(screen.asked.map(({ type }) => type)).toEqual(['follow stream']);
});

test('a bookmark goes with its packet', async () => {
  const frames = Array.from({ length: 40 }, () => udpFrame({ srcPort: 4000, dstPort: 9 }, [1]));
  const { screen, come } = await growing(frames, { packets: 20, bytes: 1024 * 1024 });
  await come(20);
  screen.press('home', 'm', 'down', 'm', 'end', 'm');
  expect(screen.lines()[1]).toContain('Packets 20 ★3');
  await come(1);
  expect(screen.lines()[1]).toContain('Packets 20 ★2');
  await come(19);
  expect([screen.lines()[1], [...screen.model.packets.marks]]).toEqual([expect.not.stringContaining('★'), []]);
});
