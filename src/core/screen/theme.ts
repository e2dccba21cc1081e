import type { Tone } from '../record/field.ts';

/** What a piece of text is, which decides how it looks. */
export type Role =
  | Tone
  | 'heading'
  | 'strong'
  | 'title'
  | 'selected'
  | 'unfocused'
  | 'key'
  | 'frame'
  | 'received'
  | 'sent'
  | 'mark'
  | 'found';

export const THEME_NAMES = ['terminal', 'dark', 'light', 'contrast', 'ascii', 'none'] as const;
export type ThemeName = (typeof THEME_NAMES)[number];

/** How a screen looks: the SGR parameters of each role, and the characters that draw lines, bars and marks. */
export interface Theme {
  readonly hasColor: boolean;
  /** Whether the terminal has the 256 colours of xterm. */
  readonly has256: boolean;
  readonly name: ThemeName;
  readonly styles: Readonly<Record<Role, string>>;
  readonly glyphs: Glyphs;
}

/** Every one of these takes one column. */
export interface Glyphs {
  readonly horizontal: string;
  readonly vertical: string;
  readonly corners: readonly [topLeft: string, topRight: string, bottomLeft: string, bottomRight: string];
  /** Where a line across meets the frame: at its left, and at its right. */
  readonly tees: readonly [left: string, right: string];
  /** From the lowest to the highest. */
  readonly levels: readonly string[];
  readonly bar: string;
  readonly dense: string;
  readonly light: string;
  readonly dot: string;
  readonly error: string;
  readonly warn: string;
  readonly note: string;
  readonly star: string;
  readonly ellipsis: string;
  readonly sorted: readonly [ascending: string, descending: string];
  readonly folded: string;
  readonly unfolded: string;
  readonly toRight: string;
  readonly toLeft: string;
  readonly up: string;
  readonly down: string;
}

const LINES: Glyphs = {
  horizontal: '─',
  vertical: '│',
  corners: ['┌', '┐', '└', '┘'],
  tees: ['├', '┤'],
  levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  bar: '█',
  dense: '▓',
  light: '░',
  dot: '●',
  error: '●',
  warn: '▲',
  note: '·',
  star: '★',
  ellipsis: '…',
  sorted: ['▲', '▼'],
  folded: '▸',
  unfolded: '▾',
  toRight: '→',
  toLeft: '←',
  up: '↑',
  down: '↓',
};

const ASCII: Glyphs = {
  horizontal: '-',
  vertical: '|',
  corners: ['+', '+', '+', '+'],
  tees: ['+', '+'],
  levels: ['_', '.', ',', '-', '=', 'o', 'O', '#'],
  bar: '#',
  dense: '=',
  light: '.',
  dot: '*',
  error: '!',
  warn: '^',
  note: '.',
  star: '*',
  ellipsis: '~',
  sorted: ['^', 'v'],
  folded: '+',
  unfolded: '-',
  toRight: '>',
  toLeft: '<',
  up: '^',
  down: 'v',
};

/** The 16 colours that the person chose for the terminal: right on any background. */
const TERMINAL: Theme['styles'] = {
  good: '32',
  notice: '33',
  busy: '36',
  bad: '31',
  faint: '2',
  heading: '1',
  strong: '1',
  title: '1;36',
  selected: '7',
  unfocused: '4',
  key: '36',
  frame: '2',
  received: '32',
  // the plain blue of many terminals is too dark to read on black
  sent: '94',
  mark: '33',
  found: '1;33',
};

/**
 * The same for a light background, in a terminal that has these 16 colours alone: there yellow, cyan and what is bright cannot
 * be read.
 */
const LIGHT_OF_16: Theme['styles'] = {
  ...TERMINAL,
  notice: '35',
  busy: '34',
  title: '1;34',
  key: '34',
  sent: '34',
  mark: '35',
  found: '1;35',
};

/** The same for a dark one, where what is bright can be read best. */
const DARK_OF_16: Theme['styles'] = {
  ...TERMINAL,
  good: '92',
  notice: '93',
  busy: '96',
  bad: '91',
  title: '1;96',
  key: '96',
  received: '92',
  mark: '93',
  found: '1;93',
};

/** Nothing but what shows where there is no colour: the selection. */
const NONE: Theme['styles'] = {
  good: '',
  notice: '',
  busy: '',
  bad: '',
  faint: '',
  heading: '1',
  strong: '1',
  title: '1',
  selected: '7',
  unfocused: '4',
  key: '1',
  frame: '',
  received: '',
  sent: '',
  mark: '',
  found: '1',
};

const STYLES: Readonly<Record<ThemeName, Theme['styles']>> = {
  terminal: TERMINAL,
  dark: {
    good: '38;5;114',
    notice: '38;5;221',
    busy: '38;5;80',
    bad: '38;5;203',
    faint: '38;5;245',
    heading: '1;38;5;252',
    strong: '1;38;5;255',
    title: '1;38;5;81',
    selected: '48;5;24;38;5;255',
    unfocused: '48;5;236;38;5;252',
    key: '38;5;81',
    frame: '38;5;240',
    received: '38;5;114',
    sent: '38;5;75',
    mark: '38;5;221',
    found: '1;38;5;221',
  },
  light: {
    good: '38;5;28',
    notice: '38;5;130',
    busy: '38;5;23',
    bad: '38;5;160',
    faint: '38;5;243',
    heading: '1;38;5;236',
    strong: '1;38;5;232',
    title: '1;38;5;25',
    selected: '48;5;153;38;5;232',
    unfocused: '48;5;254;38;5;232',
    key: '38;5;25',
    frame: '38;5;248',
    received: '38;5;28',
    sent: '38;5;25',
    mark: '38;5;130',
    found: '1;38;5;130',
  },
  // the foreground of the terminal, or a colour together with what is behind it: so it does not matter which background there is
  contrast: {
    good: '1',
    notice: '1;30;103',
    busy: '1;30;106',
    bad: '1;97;41',
    faint: '',
    heading: '1;4',
    strong: '1',
    title: '1;4',
    selected: '1;7',
    unfocused: '4',
    key: '1;7',
    frame: '',
    received: '1',
    sent: '',
    mark: '1;30;103',
    found: '1;30;103',
  },
  ascii: TERMINAL,
  none: NONE,
};

/** Themes of 256 colours in a terminal of 16. */
const STYLES_OF_16: Partial<typeof STYLES> = { dark: DARK_OF_16, light: LIGHT_OF_16 };

/** The theme of that name; without colours where the terminal has none, or nobody wants them. */
export function themeNamed(name: ThemeName, hasColor: boolean, has256 = true): Theme {
  return {
    name,
    hasColor,
    has256,
    styles: !hasColor ? NONE : ((has256 ? null : STYLES_OF_16[name]) ?? STYLES[name]),
    glyphs: name === 'ascii' ? ASCII : LINES,
  };
}

/** The text in the colours of a role; they end with it. */
export function paint(theme: Theme, role: Role | null, text: string): string {
  const style = role === null ? '' : theme.styles[role];
  return style === '' || text === '' ? text : `\x1b[${style}m${text}\x1b[0m`;
}
