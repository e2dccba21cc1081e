import { expect, test } from 'vitest';
import { octets, u32, zeros } from '../../../support/headers.ts';
import { toolIsMissing } from '../../../support/tool.ts';
import { playTurns, type Turn, tsharkOn } from '../../../support/turns.ts';
import { damageFile, everyConversationDamaged } from '../../../support/wire.ts';

const smb2 = (body: readonly number[]): number[] => [
  ...octets('fe534d42 4000 0000 00000000 0d00 0100 00000000 00000000'),
  ...[...zeros(40), ...body],
];
const session = (message: readonly number[]): number[] => [...u32(message.length), ...message];
const ECHO = session(smb2(octets('0400 0000')));
const LONG = session([...smb2(octets('0400 0000')), ...zeros(3000)]);

/** How netwatch shows what is sent to port 445. */
const CONVERSATIONS: Readonly<Record<string, readonly Turn[]>> = {
  messages: [
    ['C', ECHO, 'nbss'],
    ['C', [...ECHO, ...ECHO], 'nbss'],
    ['S', [0x85, 0, 0, 0], 'nbss'],
  ],
  'a message in several segments': [
    ['C', LONG.slice(0, 1400), ''],
    ['C', LONG.slice(1400, 2800), ''],
    ['C', [...LONG.slice(2800), ...ECHO], 'nbss+'],
  ],
  'a header that is cut: the rest continues something': [
    ['C', ECHO.slice(0, 2), 'nbss'],
    ['C', ECHO.slice(2), 'nbss'],
    ['C', ECHO, 'nbss'],
  ],
  'a header, and its message': [
    ['C', ECHO.slice(0, 4), ''],
    ['C', ECHO.slice(4), 'nbss+'],
  ],
  'captured from the middle of a message on': [
    ['C', zeros(1000).fill(7), 'nbss'],
    ['C', [0, 2, 0, 9, ...zeros(100)], 'nbss'],
    ['C', ECHO, 'nbss'],
  ],
  'lengths that no header has': [
    ['C', [0x85, 0, 0, 5, 1], 'nbss'],
    ['C', [0x81, 0, 2, 0, 1], 'nbss'],
    ['C', [0x83, 0, 0, 2, 1], 'nbss'],
    ['C', ECHO, 'nbss'],
  ],
};

test.each(Object.entries(CONVERSATIONS))('%s', async (name, turns) => {
  const { shown, frames } = playTurns('nbss', 445, turns);
  expect(shown).toEqual(turns.map(([, , expected]) => expected));
  await expect(everyConversationDamaged(frames.slice(0, 3), 54)).toMatchFileSnapshot(damageFile(`nbss ${name}`));
});

test.skipIf(toolIsMissing('tshark'))('tshark shows the same', () => {
  const [said, expected] = tsharkOn('nbss', 445, Object.values(CONVERSATIONS));
  expect(said).toEqual(expected);
});
