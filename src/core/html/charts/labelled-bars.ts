import { scaleLinear } from 'd3-scale';
import { type Drawing, fitText, px, textPx } from '../figure.ts';
import { markup } from '../markup.ts';

/** A bar with a name; its parts stand one after the other. */
export interface Bar {
  readonly label: string;
  /** Its value, in words. */
  readonly says: string;
  readonly parts: readonly { readonly value: number; readonly tone: string }[];
}

const ROW = 38;
const BAR_TOP = 18;
const BAR_HEIGHT = 9;

/** Bars below each other, each with its name and value above: names may be as long as addresses are. */
export function labelledBars(bars: readonly Bar[], width: number): Drawing {
  const sum = ({ parts }: Bar): number => parts.reduce((total, { value }) => total + value, 0);
  const scale = scaleLinear([0, Math.max(1, ...bars.map(sum))], [0, width]);
  const body = bars.map((bar, index) => {
    const top = index * ROW;
    let x = 0;
    const drawn = bar.parts.map(({ value, tone }) => {
      const from = x;
      x += scale(value);
      // what is there is to be seen
      const wide = value > 0 ? Math.max(1, x - from) : 0;
      return markup`<rect class="${tone}" x="${px(from)}" y="${px(top + BAR_TOP)}" width="${px(wide)}" height="${BAR_HEIGHT}"/>`;
    });
    const room = width - textPx(bar.says) - 16;
    return markup`<rect class="track" x="0" y="${px(top + BAR_TOP)}" width="${px(width)}" height="${BAR_HEIGHT}"/>${drawn}<text class="name" x="0" y="${px(top + 12)}">${fitText(bar.label, room)}</text><text class="value" x="${px(width)}" y="${px(top + 12)}" text-anchor="end">${bar.says}</text>`;
  });
  return { height: bars.length * ROW, body };
}
