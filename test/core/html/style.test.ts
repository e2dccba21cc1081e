import { describe, expect, test } from 'vitest';
import { STYLE } from '../../../src/core/html/style.ts';

/** The colours of a block of the style sheet, by their names. */
function coloursOf(block: string): ReadonlyMap<string, string> {
  return new Map([...block.matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name, colour]) => [name!, colour!]));
}
const [light, dark] = [...STYLE.matchAll(/:root \{([^}]*)\}/g)].map(([, block]) => coloursOf(block!));

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}
function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high! + 0.05) / (low! + 0.05);
}

describe.each([
  ['light', light!],
  ['dark', dark!],
])('%s', (_name, colours) => {
  test.each(['ink', 'muted', 'a', 'good-ink', 'notice-ink', 'bad-ink', 'busy-ink'])(
    'text in --%s is readable',
    (name) => {
      expect(contrast(colours.get(name)!, colours.get('paper')!)).toBeGreaterThanOrEqual(4.5);
    },
  );

  test('so is what is told to be missing', () => {
    expect(contrast(colours.get('ink')!, colours.get('raised')!)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(['a', 'b', 'c', 'd', 'good', 'bad', 'notice', 'busy'])('what is drawn in --%s is seen', (name) => {
    expect(contrast(colours.get(name)!, colours.get('paper')!)).toBeGreaterThanOrEqual(3);
  });

  test('both parts of a bar differ', () => {
    expect(contrast(colours.get('a')!, colours.get('d')!)).toBeGreaterThanOrEqual(1.9);
  });
});
