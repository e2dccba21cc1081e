import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, line } from 'd3-shape';
import { formatMillis, formatPercent, type Numerals } from '../../output/units.ts';
import { type Drawing, pathOf, px, textPx } from '../figure.ts';
import { type Markup, markup } from '../markup.ts';
import type { HistorySpan } from '../target-history.ts';
import { timeAxis, valueAxis } from './axis.ts';

const HEAD = 22;
const TIMES = 130;
const LOSS = 44;
const AXIS = 24;
const TICKS = 4;
/** The scale of loss ends no earlier: a little should not look like much. */
const LEAST_LOSS = 10;

/** A span about which nothing is known stands where one is missing, so that no line is drawn across. */
function withHoles(spans: readonly HistorySpan[]): readonly HistorySpan[] {
  return spans.flatMap((span, at) => {
    const next = spans[at + 1];
    if (next === undefined || next.from <= span.until) return [span];
    return [span, { ...span, from: span.until, until: next.from, medianMs: null, p95Ms: null, maxMs: null }];
  });
}

/** How a target was down, in milliseconds since 1970. */
export interface DownTime {
  readonly from: number;
  readonly until: number;
}

/** Times to an answer, below them the loss on the same time, and outages across both. */
export function roundTrips(
  spans: readonly HistorySpan[],
  downs: readonly DownTime[],
  { from, until }: { readonly from: number; readonly until: number },
  numerals: Numerals,
  width: number,
): Drawing {
  const millis = (value: number): string => formatMillis(value, numerals);
  const percent = (value: number): string => formatPercent(value, numerals);
  const lossOf = ({ sent, received }: HistorySpan): number => (sent === 0 ? 0 : (100 * (sent - received)) / sent);
  const times = spans.flatMap(({ p95Ms, medianMs }) => p95Ms ?? medianMs ?? []);
  const longest = Math.max(0.001, ...times);
  const worst = Math.max(LEAST_LOSS, ...spans.map(lossOf));
  const lossTop = HEAD + TIMES + HEAD;
  const bottom = lossTop + LOSS;
  const y = scaleLinear([0, longest], [HEAD + TIMES, HEAD]).nice(TICKS);
  const loss = scaleLinear([0, worst], [bottom, lossTop]);
  const labels = [...(times.length === 0 ? [] : y.ticks(TICKS).map(millis)), percent(worst)];
  const left = Math.ceil(Math.max(...labels.map(textPx))) + 8;
  const x = scaleUtc([from, Math.max(until, from + 1)], [left, width]);
  const middle = (span: HistorySpan): number => x((span.from + span.until) / 2);
  const points = withHoles(spans);
  const band = area<HistorySpan>()
    .defined(({ medianMs, p95Ms }) => medianMs !== null && p95Ms !== null)
    .x(middle)
    .y0(({ medianMs }) => y(medianMs!))
    .y1(({ p95Ms }) => y(p95Ms!))
    .digits(1);
  const curve = (of: (span: HistorySpan) => number | null) =>
    line<HistorySpan>()
      .defined((span) => of(span) !== null)
      .x(middle)
      .y((span) => y(of(span)!))
      .digits(1);
  const body: Markup[] = [
    ...timeAxis(x, HEAD, bottom),
    ...downs.map(({ from: begin, until: end }) => {
      const at = Math.max(left, x(begin));
      return markup`<rect class="outage" x="${px(at)}" y="${HEAD}" width="${px(Math.max(1.5, Math.min(width, x(end)) - at))}" height="${bottom - HEAD}"/>`;
    }),
    ...(times.length === 0 ? [] : valueAxis(y, left, width, TICKS, millis)),
    markup`<path class="soft" d="${pathOf(band(points))}"/><path class="line b" d="${pathOf(curve(({ p95Ms }) => p95Ms)(points))}"/><path class="line a" d="${pathOf(curve(({ medianMs }) => medianMs)(points))}"/>`,
    markup`<text class="label" x="${px(left)}" y="12">${times.length === 0 ? 'no answer, so no time to it' : 'time to an answer'}</text><text class="label" x="${px(left)}" y="${lossTop - 8}">loss</text><text class="label" x="${px(left - 8)}" y="${px(lossTop + 4)}" text-anchor="end">${percent(worst)}</text><text class="label" x="${px(left - 8)}" y="${px(bottom + 4)}" text-anchor="end">${percent(0)}</text>`,
  ];
  for (const { span, of, tone } of alone(points))
    body.push(markup`<circle class="${tone}" cx="${px(middle(span))}" cy="${px(y(of))}" r="2.5"/>`);
  for (const span of spans) {
    const lost = lossOf(span);
    if (lost <= 0) continue;
    const at = x(span.from);
    const wide = Math.max(1.5, x(span.until) - at - 0.5);
    body.push(
      markup`<rect class="bad" x="${px(at)}" y="${px(loss(lost))}" width="${px(wide)}" height="${px(bottom - loss(lost))}"/>`,
    );
  }
  return { height: bottom + AXIS, body };
}

/** Values without a neighbour, of which a line shows next to nothing: each is a dot. The median is drawn last, as its line is. */
function alone(
  points: readonly HistorySpan[],
): readonly { readonly span: HistorySpan; readonly of: number; readonly tone: string }[] {
  const lines = [
    { tone: 'b', timeOf: (span: HistorySpan | undefined) => span?.p95Ms ?? null },
    { tone: 'a', timeOf: (span: HistorySpan | undefined) => span?.medianMs ?? null },
  ];
  return lines.flatMap(({ tone, timeOf }) =>
    points.flatMap((span, at) => {
      const of = timeOf(span);
      const isAlone = timeOf(points[at - 1]) === null && timeOf(points[at + 1]) === null;
      return of !== null && isAlone ? [{ span, of, tone }] : [];
    }),
  );
}
