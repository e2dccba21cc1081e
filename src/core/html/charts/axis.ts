import type { ScaleLinear, ScaleTime } from 'd3-scale';
import { px, textPx } from '../figure.ts';
import { type Markup, markup } from '../markup.ts';

const DAY = 86_400_000;
const MINUTE = 60_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Room that a label on a time axis needs. */
const TIME_LABEL_PX = 96;

export type TimeScale = ScaleTime<number, number>;
export type ValueScale = ScaleLinear<number, number>;

/** The instants that a time axis names. */
function timeTicks(scale: TimeScale): readonly Date[] {
  const [from = 0, to = 0] = scale.range();
  return scale.ticks(Math.max(2, Math.floor((to - from) / TIME_LABEL_PX)));
}

/** The axis below a picture, and a line at each tick from `top` on. Labels stay within the picture. */
export function timeAxis(scale: TimeScale, top: number, bottom: number): readonly Markup[] {
  const ticks = timeTicks(scale);
  const step = ticks.length < 2 ? DAY : ticks[1]!.getTime() - ticks[0]!.getTime();
  const [from = 0, to = 0] = scale.range();
  let written = Number.NEGATIVE_INFINITY;
  return [
    markup`<line class="axis" x1="${px(from)}" x2="${px(to)}" y1="${px(bottom)}" y2="${px(bottom)}"/>`,
    ...ticks.map((tick) => {
      const x = scale(tick);
      const label = timeLabel(tick, step);
      const half = textPx(label) / 2;
      const middle = Math.min(Math.max(x, from + half), to - half);
      // a label at an end is moved into the picture, where it may meet the next one
      const fits = middle - half > written;
      if (fits) written = middle + half + 8;
      return markup`<line class="grid" x1="${px(x)}" x2="${px(x)}" y1="${px(top)}" y2="${px(bottom)}"/>${fits ? markup`<text class="label" x="${px(middle)}" y="${px(bottom + 16)}" text-anchor="middle">${label}</text>` : null}`;
    }),
  ];
}

/** As much of an instant as ticks that are `step` apart need; a day where one begins. */
function timeLabel(tick: Date, step: number): string {
  const text = tick.toISOString();
  if (step >= 28 * DAY) return text.slice(0, 7);
  if (step >= DAY || tick.getTime() % DAY === 0) return `${tick.getUTCDate()} ${MONTHS[tick.getUTCMonth()]}`;
  if (step >= MINUTE) return text.slice(11, 16);
  return step >= 1000 ? text.slice(11, 19) : text.slice(11, 21);
}

/** Lines across a picture at round values, each named above its left end. */
export function valueAxis(
  scale: ValueScale,
  from: number,
  to: number,
  ticks: number,
  format: (value: number) => string,
): readonly Markup[] {
  return scale.ticks(ticks).map((tick) => {
    const y = px(scale(tick));
    return markup`<line class="grid" x1="${px(from)}" x2="${px(to)}" y1="${y}" y2="${y}"/><text class="label" x="${px(from - 8)}" y="${px(scale(tick) + 4)}" text-anchor="end">${format(tick)}</text>`;
  });
}
