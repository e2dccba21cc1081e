import { scaleLinear } from 'd3-scale';
import { type Drawing, px, textPx } from '../figure.ts';
import { markup } from '../markup.ts';

/** How many fall into a range. */
export interface RangeBar {
  readonly label: string;
  readonly count: number;
  /** The number, in words. */
  readonly says: string;
  readonly tone: string;
}

const ROW = 28;
const BAR_HEIGHT = 16;

/** A distribution: a row for each range, in their order, with its number at the end of the bar. */
export function rangeBars(bars: readonly RangeBar[], width: number): Drawing {
  const from = Math.max(...bars.map(({ label }) => textPx(label))) + 10;
  const most = Math.max(...bars.map(({ says }) => textPx(says))) + 8;
  const scale = scaleLinear([0, Math.max(1, ...bars.map(({ count }) => count))], [0, width - from - most]);
  const body = bars.map(({ label, count, says, tone }, index) => {
    const y = index * ROW + 4;
    const wide = count > 0 ? Math.max(1.5, scale(count)) : 0;
    return markup`<text class="name" x="${px(from - 10)}" y="${px(y + 12)}" text-anchor="end">${label}</text><rect class="${tone}" x="${px(from)}" y="${px(y)}" width="${px(wide)}" height="${BAR_HEIGHT}"/><text class="value" x="${px(from + wide + 8)}" y="${px(y + 12)}">${says}</text>`;
  });
  const axis = markup`<line class="axis" x1="${px(from)}" x2="${px(from)}" y1="0" y2="${bars.length * ROW}"/>`;
  return { height: bars.length * ROW, body: [...body, axis] };
}
