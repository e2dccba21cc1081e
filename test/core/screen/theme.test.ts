import { expect, test } from 'vitest';
import { paint, type Role, THEME_NAMES, themeNamed } from '../../../src/core/screen/theme.ts';

const ROLES = Object.keys(themeNamed('terminal', true).styles) as Role[];
const RED = [205, 0, 0] as const;

/** The red, green and blue of a colour of xterm's 256. */
function xterm(index: number): readonly [number, number, number] {
  if (index >= 232) return [8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232)];
  const level = (one: number): number => (one === 0 ? 0 : 55 + 40 * one);
  const cube = index - 16;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}

/** The contrast of two colours (WCAG 2.1): 1 to 21. */
function contrast(a: readonly number[], b: readonly number[]): number {
  const luminance = (rgb: readonly number[]): number => {
    const [red = 0, green = 0, blue = 0] = rgb.map((one) =>
      one <= 10 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return (light + 0.05) / (dark + 0.05);
}

const colorIn = (style: string, kind: 38 | 48): readonly number[] | null => {
  const match = new RegExp(`(?:^|;)${kind};5;(\\d+)`).exec(style);
  return match === null ? null : xterm(Number(match[1]));
};

test.each([
  ['dark', [0, 0, 0]],
  ['dark', [30, 30, 30]],
  ['light', [255, 255, 255]],
] as const)('every text of the theme %s can be read on %j', (name, background) => {
  const { styles } = themeNamed(name, true);
  for (const role of ROLES) {
    const text = colorIn(styles[role], 38);
    expect([role, text === null]).toEqual([role, false]);
    const least = role === 'frame' ? 1.9 : 4.5;
    expect(contrast(text!, colorIn(styles[role], 48) ?? background), role).toBeGreaterThanOrEqual(least);
  }
});

test.each(THEME_NAMES)('%s has only the 16 colours of a terminal that has no others', (name) => {
  const { styles } = themeNamed(name, true, false);
  const others = ROLES.filter(
    (role) => !/^(|(\d|3[0-7]|4[0-7]|9[0-7]|10[0-7])(;(\d|3[0-7]|4[0-7]|9[0-7]|10[0-7]))*)$/.test(styles[role]),
  );
  expect(others).toEqual([]);
});

test('in 16 colours, nothing of the light theme is yellow, cyan or bright, and what is not alike stays so', () => {
  const { styles } = themeNamed('light', true, false);
  expect(ROLES.filter((role) => /(^|;)(33|36|9\d)(;|$)/.test(styles[role]))).toEqual([]);
  const told = (['good', 'notice', 'bad', 'busy'] as const).map((role) => styles[role]);
  expect(new Set(told).size).toBe(told.length);
});

test('the theme of high contrast names no colour without what is behind it', () => {
  const { styles } = themeNamed('contrast', true);
  for (const role of ROLES) {
    const codes = styles[role].split(';').filter((code) => /^(3|4|9|10)\d$/.test(code));
    expect([role, codes.length]).toEqual([role, codes.length === 0 ? 0 : 2]);
  }
  expect(contrast([255, 255, 255], RED)).toBeGreaterThanOrEqual(4.5);
});

test.each(THEME_NAMES)('without colour, %s shows what is selected and nothing in colour', (name) => {
  const theme = themeNamed(name, false);
  expect(ROLES.map((role) => theme.styles[role]).filter((style) => !['', '1', '4', '7'].includes(style))).toEqual([]);
  expect(paint(theme, 'selected', 'x')).toBe('\x1b[7mx\x1b[0m');
});

test.each(THEME_NAMES)('every character that %s draws with takes one column, and those of ascii are ASCII', (name) => {
  const glyphs = Object.values(themeNamed(name, true).glyphs).flat() as string[];
  expect(glyphs.filter((one) => Array.from(one).length !== 1)).toEqual([]);
  if (name === 'ascii') expect(glyphs.join('')).toMatch(/^[\x20-\x7e]+$/);
});
