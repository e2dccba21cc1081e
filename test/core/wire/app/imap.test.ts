import { expect, test } from 'vitest';
import { toolIsMissing } from '../../../support/tool.ts';
import { playTurns, type Turn, tsharkOn } from '../../../support/turns.ts';
import { damageFile, everyConversationDamaged } from '../../../support/wire.ts';

/** How netwatch shows what is sent. */
const CONVERSATIONS: Readonly<Record<string, readonly Turn[]>> = {
  'commands and answers': [
    ['S', '* OK hello\r\n', 'imap'],
    ['C', 'a1 SELECT INBOX\r\n', 'imap'],
    ['S', '* 3 EXISTS\r\n* FLAGS (\\Seen)\r\na1 OK done\r\n', 'imap'],
  ],
  'a line in three segments': [
    ['C', 'a1 SEL', ''],
    ['C', 'ECT', ''],
    ['C', ' INBOX\r\n', 'imap+'],
  ],
  'a message in one segment': [['S', '* 1 FETCH (BODY[] {5}\r\nhello)\r\na2 OK\r\n', 'imap']],
  'a message in several segments': [
    ['S', '* 1 FETCH (BODY[] {20}\r\nhello', 'imap'],
    ['S', ' world', 'imap'],
    ['S', '123456789)\r\na2 OK\r\n', 'imap+'],
  ],
  'flags only': [['S', '* 1 FETCH (FLAGS (\\Seen))\r\na2 OK\r\n', 'imap']],
};

test.each(Object.entries(CONVERSATIONS))('%s', async (name, turns) => {
  const { shown, infos, frames } = playTurns('imap', 143, turns);
  expect(shown).toEqual(turns.map(([, , expected]) => expected));
  expect(infos).toEqual(turns.map(([, , , info]) => info));
  await expect(everyConversationDamaged(frames, 54)).toMatchFileSnapshot(damageFile(`imap ${name}`));
});

test.skipIf(toolIsMissing('tshark'))('tshark shows the same', () => {
  const [said, expected] = tsharkOn('imap', 143, Object.values(CONVERSATIONS));
  expect(said).toEqual(expected);
});
