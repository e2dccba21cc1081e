import { widthOf } from '../output/text-width.ts';

/** Which characters a terminal can show: all, those of ISO 8859-1, or those of ASCII. */
export type Characters = 'all' | 'latin' | 'ascii';

/** What stands for characters that many screens draw with; each takes one column, as what it stands for. */
const PLAINER: Readonly<Record<string, string>> = {
  ...{ '…': '~', '–': '-', '’': "'", '×': 'x', '·': '.', '→': '>', '←': '<', '↑': '^', '↓': 'v' },
  ...{ '─': '-', '│': '|', '┌': '+', '┐': '+', '└': '+', '┘': '+', '├': '+', '┤': '+' },
  ...{ '▁': '_', '▂': '.', '▃': ',', '▄': '-', '▅': '=', '▆': 'o', '▇': 'O', '█': '#', '▓': '=', '░': '.' },
  ...{ '●': '*', '▲': '^', '▼': 'v', '★': '*', '▸': '+', '▾': '-', '\u00a0': ' ', '\u202f': ' ', '\u2019': "'" },
};
const BEYOND: Readonly<Record<Exclude<Characters, 'all'>, RegExp>> = {
  latin: /[^\0-\xff]+/g,
  ascii: /[^\0-\x7f]+/g,
};
const SEGMENTER = new Intl.Segmenter();

/** A line of a screen as a terminal with these characters can show it, as wide as before: what it cannot show is `?`. */
export function withCharacters(text: string, characters: Characters): string {
  if (characters === 'all') return text;
  return text.replace(BEYOND[characters], (run) => {
    let out = '';
    for (const { segment } of SEGMENTER.segment(run)) out += PLAINER[segment] ?? '?'.repeat(widthOf(segment));
    return out;
  });
}
