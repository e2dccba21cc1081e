import fs from 'node:fs';
import path from 'node:path';
import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import { cellsOf, svgOf } from './svg.js';

/** The elements of a picture of what is written to a terminal of 20 columns and 2 lines. */
async function drawn(text: string): Promise<string> {
  const terminal = new xterm.Terminal({ cols: 20, rows: 2, allowProposedApi: true });
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  return svgOf(cellsOf(terminal), 'a <title>', 'what & why');
}

test('text stays text, as wide as its cells and in its colours', async () => {
  const svg = await drawn('a<b  \x1b[1;32mok go\x1b[0m \x1b[2m-\x1b[0m');
  expect(svg).toContain('<title>a &lt;title&gt;</title>');
  expect(svg).toContain('<desc>what &amp; why</desc>');
  expect(svg).toMatch(/<text class="a" x="12" y="25" textLength="24">a&lt;b<\/text>/);
  expect(svg).toMatch(/<text class="b" x="52" y="25" textLength="40">ok go<\/text>/);
  expect(svg).toContain('.b{fill:#56d364;font-weight:700}');
  // faint: six tenths of the foreground
  expect(svg).toContain('.c{fill:#878c94}');
});

test('what is selected has its background, and a wide character both of its columns', async () => {
  const svg = await drawn('\x1b[7m数x\x1b[0m');
  expect(svg).toContain('<rect x="12" y="12" width="24" height="18" fill="#d5dbe3"/>');
  expect(svg).toMatch(/x="12" y="25">数<\/text>\n<text class="a" x="28" y="25">x</);
});

test('bars, shades and frames are drawn, and underlined cells have a line', async () => {
  const svg = await drawn('█▄\r\n┌─\x1b[4m  \x1b[0m');
  expect(svg).toContain('d="M12 12h8v18h-8zM20 21h8v9h-8z');
  expect(svg).toContain('M16 39V48M16 39H20M20 39h8M28 45.5h16');
  expect(svg).not.toContain('<text ');
});

test('the pictures of README are there, each with words for those who cannot see it', () => {
  const root = path.join(import.meta.dirname, '../..');
  const readme = fs.readFileSync(path.join(root, 'README.md'), 'utf8');
  const shown = [...readme.matchAll(/!\[([^\]]+)\]\((man\/pictures\/[\w-]+\.svg)\)/g)];
  expect(shown.length).toBeGreaterThan(2);
  for (const [, words, file] of shown) {
    const svg = fs.readFileSync(path.join(root, file!), 'utf8');
    expect(words!.length).toBeGreaterThan(40);
    expect(svg).toMatch(/<title>.+<\/title>\n<desc>.+<\/desc>/);
    expect(Buffer.byteLength(svg)).toBeLessThan(60_000);
  }
});
