import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LEAST_HEIGHT, LEAST_WIDTH } from '../../../src/commands/watch/model/frame-layout.ts';
import { TABS } from '../../../src/commands/watch/tabs/all-tabs.ts';
import { recordScreen } from '../../support/recorded-screen.ts';
import { STORY_KEYS, Story } from '../../support/screen-story.ts';

const { machine, early, packets, stream } = await recordScreen();

const SIZES = [
  ...[1, 2, 5, 20, 39].flatMap((width) => [1, 2, 5, 9, 10].map((height) => [width, height] as const)),
  ...[
    [LEAST_WIDTH, LEAST_HEIGHT],
    [41, 11],
    [80, 15],
    [81, 16],
    [300, 10],
    [40, 100],
    [300, 100],
  ].map(([width, height]) => [width!, height!] as const),
];

// the story asserts how many lines there are, and how wide each is
test.each(SIZES)('every tab is as large as a terminal of %i×%i', (width, height) => {
  for (const { name, lists } of TABS)
    for (const seen of [machine, early])
      for (const focus of lists.length === 0 ? [0] : lists.keys()) {
        const story = new Story(seen, { tab: name, width, height });
        story.take({ type: 'packets', look: packets, isAsked: false });
        story.model = { ...story.model, focus: { [name]: focus } };
        expect(story.lines).toHaveLength(height);
      }
});

const KEYS = [
  ...new Set([
    ...[...STORY_KEYS.everywhere, ...STORY_KEYS.lists, ...TABS.flatMap(({ keys }) => keys)].flatMap(({ keys }) => keys),
    ...['%', 'f9', 'backspace', 'delete', 't', 'h', '=', 'ctrl+u'],
  ]),
];
type Act = (story: Story) => void;
const act = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(...KEYS).map(
      (key): Act =>
        (story) =>
          void story.press(key),
    ),
  },
  fc.constantFrom('pid > 1', 'tcp', '(', '名').map(
    (text): Act =>
      (story) =>
        void story.type(text),
  ),
  fc.tuple(fc.constantFrom('press', 'release', 'drag', 'wheel_up', 'wheel_down'), fc.nat(130), fc.nat(50)).map(
    ([action, column, row]): Act =>
      (story) =>
        void story.mouse(action as 'press', column, row),
  ),
  fc.tuple(fc.integer({ min: 1, max: 140 }), fc.integer({ min: 1, max: 50 })).map(
    ([width, height]): Act =>
      (story) =>
        story.resize(width, height),
  ),
  fc.constantFrom(machine, early).map(
    (seen): Act =>
      (story) =>
        void story.look(seen),
  ),
);

test('whatever is pressed, in whatever order, the screen is whole', () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 20, maxLength: 60 }), (acts) => {
      const story = new Story(machine).take({ type: 'packets', look: packets, isAsked: false });
      for (const one of acts) {
        one(story);
        for (const effect of story.effects)
          if (effect.type === 'follow stream') story.take({ type: 'stream', stream: stream(effect.number) });
        expect(story.lines).toHaveLength(story.model.height);
      }
    }),
    { numRuns: 12, seed: 14 },
  );
});
