import { expect, test } from 'vitest';
import { openMessages } from '../../../src/commands/context/messages.ts';

/** What is written when progress is shown, a message comes, and more progress is shown and taken away. */
function written(isTTY: boolean | undefined): string {
  let text = '';
  const write = (more: string): boolean => {
    text += more;
    return true;
  };
  const { showProgress, say, warn } = openMessages(isTTY === undefined ? { write } : { isTTY, write });
  showProgress(null);
  showProgress('asking \x1b[31m');
  say('one');
  showProgress('more');
  showProgress(null);
  warn('two\x07');
  return text;
}

test('a terminal shows progress on a line that makes room for messages', () =>
  expect(written(true)).toBe(
    '\r\x1b[2Kasking \\x1b[31m\r\x1b[2Knetwatch: one\n\r\x1b[2Kmore\r\x1b[2Knetwatch: two\\x07\n',
  ));

test.each([false, undefined])('what is no terminal gets the messages alone: %s', (isTTY) =>
  expect(written(isTTY)).toBe('netwatch: one\nnetwatch: two\\x07\n'),
);
