import { safeText } from '../output/safe-text.ts';
import { widthOf } from '../output/text-width.ts';
import { Markup, markup } from './markup.ts';
import type { Look } from './section.ts';

/** A picture at one width, in pixels of the page. */
export interface Drawing {
  readonly height: number;
  readonly body: Markup | readonly Markup[];
}

export interface Figure {
  /** What it shows, for those who do not see it, and above it for all. */
  readonly title: string;
  /** What there is to see in it, in a sentence. */
  readonly description: string;
  readonly draw: (width: number) => Drawing;
  readonly legend?: readonly LegendEntry[];
  /** Whether it takes the whole width of a large page, and not the part beside a table. */
  readonly isWide?: boolean;
}

export interface LegendEntry {
  /** The class that gives its colour. */
  readonly tone: string;
  readonly says: string;
}

/** A page has no script that could measure it: it has the picture in several widths, and the style sheet shows one of them. */
const WIDE = 1080;
const MIDDLE = 660;
const NARROW = 340;

export function figure({ title, description, draw, legend = [], isWide = false }: Figure, { newId }: Look): Markup {
  const widths = isWide ? [WIDE, MIDDLE, NARROW] : [MIDDLE, NARROW];
  const pictures = widths.map((width) => {
    const { height, body } = draw(width);
    const [titled, described] = [newId(), newId()];
    return markup`<svg class="w${width}" role="img" aria-labelledby="${titled} ${described}" viewBox="0 0 ${width} ${px(height)}">
<title id="${titled}">${title}</title><desc id="${described}">${description}</desc>
${body}
</svg>
`;
  });
  const entries = legend.map(
    ({ tone, says }) =>
      markup`<li><svg class="key" viewBox="0 0 10 10" aria-hidden="true"><title>${says}</title><desc>colour in the picture</desc><rect class="${tone}" width="10" height="10" rx="2"/></svg>${says}</li>`,
  );
  return markup`<figure class="${isWide ? 'wide' : 'part'}">
<figcaption>${title}${entries.length === 0 ? null : markup`<ul class="legend">${entries}</ul>`}</figcaption>
${pictures}</figure>
`;
}

/** A coordinate: a tenth of a pixel is as fine as anybody sees, and the same on every machine. */
export function px(value: number): string {
  const rounded = Math.round(value * 10) / 10;
  return String(rounded === 0 ? 0 : rounded);
}

/** The outline that d3-shape made: numbers alone, as many as there are, and nothing that others chose. */
export const pathOf = (outline: string | null): Markup => new Markup(outline ?? '');

/** What a character of 12 pixels takes at most, in the widest of the usual fonts. */
const CHARACTER_PX = 7.4;

/** Characters of a label that are looked at. */
const MOST_LABEL = 512;

/** About how wide a text is. */
export const textPx = (text: string): number => widthOf(text) * CHARACTER_PX;

/** The text, cut in its middle where it is wider: both ends of an address tell it from others. */
export function fitText(from: string, width: number): string {
  const room = Math.floor(width / CHARACTER_PX);
  // as it will be shown: an escape is wider than what it stands for
  const text = safeText(
    from.length > MOST_LABEL ? `${from.slice(0, MOST_LABEL / 2)}…${from.slice(-MOST_LABEL / 2)}` : from,
  );
  if (widthOf(text) <= room) return text;
  const letters = [...text];
  for (let kept = Math.min(letters.length - 1, room - 1); kept > 1; kept--) {
    const head = Math.ceil(kept / 2);
    const fitted = `${letters.slice(0, head).join('')}…${letters.slice(letters.length - (kept - head)).join('')}`;
    if (widthOf(fitted) <= room) return fitted;
  }
  return '…';
}
