import { scaleUtc } from 'd3-scale';
import { type Drawing, fitText, px, textPx } from '../figure.ts';
import { type Markup, markup } from '../markup.ts';
import type { HistorySpan } from '../target-history.ts';
import { timeAxis } from './axis.ts';

export interface Strip {
  readonly label: string;
  /** Its availability, in words. */
  readonly says: string;
  readonly spans: readonly HistorySpan[];
}

const ROW = 46;
const STRIP_TOP = 19;
const STRIP_HEIGHT = 16;
/** Any outage is to be seen. */
const LEAST_DOWN = 4;
const AXIS = 24;

/** A strip for each target: filled where it was up, empty where nothing is known, and dark from its foot for the share it was down. */
export function availabilityStrips(
  strips: readonly Strip[],
  { from, until }: { readonly from: number; readonly until: number },
  width: number,
): Drawing {
  const x = scaleUtc([from, Math.max(until, from + 1)], [0, width]);
  const bottom = strips.length * ROW;
  const body: Markup[] = [...timeAxis(x, 0, bottom)];
  for (const [index, { label, says, spans }] of strips.entries()) {
    const top = index * ROW;
    const y = top + STRIP_TOP;
    body.push(
      markup`<text class="name" x="0" y="${px(top + 13)}">${fitText(label, width - textPx(says) - 16)}</text><text class="value" x="${px(width)}" y="${px(top + 13)}" text-anchor="end">${says}</text><rect class="track" x="0" y="${px(y)}" width="${px(width)}" height="${STRIP_HEIGHT}"/>`,
    );
    for (const { from: begin, until: end } of knownOf(spans)) {
      const left = x(begin);
      body.push(
        markup`<rect class="good" x="${px(left)}" y="${px(y)}" width="${px(Math.max(1, x(end) - left))}" height="${STRIP_HEIGHT}"/>`,
      );
    }
    for (const [at, { from: begin, until: end, knownS, downS }] of spans.entries()) {
      if (downS <= 0) continue;
      // windows may overlap: the next one goes on from where it begins
      const wide = x(Math.min(end, spans[at + 1]?.from ?? end)) - x(begin);
      const high = Math.min(STRIP_HEIGHT, Math.max(LEAST_DOWN, (STRIP_HEIGHT * downS) / Math.max(knownS, downS)));
      body.push(
        markup`<rect class="bad" x="${px(x(begin))}" y="${px(y + STRIP_HEIGHT - high)}" width="${px(Math.max(2, wide))}" height="${px(high)}"/>`,
      );
    }
  }
  return { height: bottom + AXIS, body };
}

/** The times of which something is known, each as one: side by side, spans would show seams. */
function knownOf(spans: readonly HistorySpan[]): readonly { readonly from: number; readonly until: number }[] {
  const known: { from: number; until: number }[] = [];
  for (const { from, until, knownS } of spans) {
    if (knownS <= 0) continue;
    const last = known.at(-1);
    if (last !== undefined && from <= last.until) last.until = Math.max(last.until, until);
    else known.push({ from, until });
  }
  return known;
}
