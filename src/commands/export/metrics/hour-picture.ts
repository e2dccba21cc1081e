import { px } from '../../../core/html/figure.ts';
import { type Markup, markup } from '../../../core/html/markup.ts';
import { HOUR_MS, type Point, STEP_MS } from './hour.ts';

const WIDTH = 240;
const HEIGHT = 36;
/** Values further apart than this are not joined. */
const GAP_MS = 4 * STEP_MS;

/** A line of a picture: its class says its colour. */
export interface Line {
  readonly name: string;
  readonly points: readonly Point[];
}

/**
 * The last hour as a picture: now is on the right, nothing is at the bottom, and the highest value of all lines at the top. Its title
 * tells the highest and the last of each in words, by `write`.
 */
export function hourPicture(lines: readonly Line[], write: (value: number) => string): Markup {
  const known = lines.flatMap(({ points }) => points.flatMap(({ value }) => value ?? []));
  if (known.length === 0) return markup`<span class="faint">no value yet</span>`;
  const most = Math.max(...known);
  const title = lines.map((line) => inWords(line, write)).join('; ');
  const drawn = lines.map(
    ({ points }, index) => markup`<path class="line line-${index}" d="${pathOf(points, most)}"/>`,
  );
  return markup`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img"><title>${title}</title><path class="ground" d="M0 ${HEIGHT - 1}H${WIDTH}"/>${drawn}</svg>`;
}

function inWords({ name, points }: Line, write: (value: number) => string): string {
  const known = points.flatMap(({ value }) => value ?? []);
  if (known.length === 0) return `${name}: unknown`;
  const last = points.at(-1)!.value;
  return `${name}: at most ${write(Math.max(...known))}, now ${last === null ? 'unknown' : write(last)}`;
}

/** A line through the points, which begins anew after a gap. */
function pathOf(points: readonly Point[], most: number): string {
  let path = '';
  let before: Point | null = null;
  for (const point of points) {
    if (point.value !== null) {
      const x = px(WIDTH - 1 - (point.agoMs / HOUR_MS) * (WIDTH - 2));
      const y = px(HEIGHT - 2 - (most === 0 ? 0 : point.value / most) * (HEIGHT - 4));
      const isJoined = before !== null && before.value !== null && before.agoMs - point.agoMs <= GAP_MS;
      // a point alone is a dot
      path += isJoined ? `L${x} ${y}` : `M${x} ${y}h.01`;
    }
    before = point;
  }
  return path;
}
