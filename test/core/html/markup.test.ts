import { expect, test } from 'vitest';
import { cutText, escapeText, Markup, markup } from '../../../src/core/html/markup.ts';

test.each([
  ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  [`" onload="x' y='`, '&quot; onload=&quot;x&#39; y=&#39;'],
  ['&lt;', '&amp;lt;'],
  ['a\u202eb', 'a\\u202eb'],
  ['\x1b[2J\x9b\0\n\t', '\\x1b[2J\\x9b\\x00\\n\\t'],
  ['\ud800', '\\ud800'],
  ['größer 東京', 'größer 東京'],
])('%j is shown as it is', (text, escaped) => {
  expect(escapeText(text)).toBe(escaped);
});

test('what is put into markup is escaped, but for markup, whatever it is in', () => {
  expect(markup`<b title="${'"'}">${'<'}</b>`.text).toBe('<b title="&quot;">&lt;</b>');
  expect(markup`<ul>${['<', markup`<li>${'&'}</li>`, [1, null]]}</ul>`.text).toBe('<ul>&lt;<li>&amp;</li>1</ul>');
  expect(markup`${new Markup('<hr>')}${null}`.text).toBe('<hr>');
  expect(markup``.text).toBe('');
});

test('a text is at most 4096 characters long', () => {
  expect(escapeText('x'.repeat(5000))).toBe(`${'x'.repeat(4095)}…`);
  expect(escapeText('x'.repeat(4096))).toBe('x'.repeat(4096));
});

test('a text is not cut within a character', () => {
  expect(cutText('ab😀cd', 4)).toBe('ab…');
  expect(cutText('ab😀cd', 5)).toBe('ab😀…');
  expect(cutText('abcd', 4)).toBe('abcd');
});
