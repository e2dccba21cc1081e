import { scaleLinear, scaleUtc } from 'd3-scale';
import { area, curveStepAfter } from 'd3-shape';
import type { Numerals } from '../../output/units.ts';
import { formatBytes, formatSignificant } from '../../output/units.ts';
import { type Drawing, pathOf, px, textPx } from '../figure.ts';
import { type Markup, markup } from '../markup.ts';
import type { MergedSpan } from '../merged-spans.ts';
import { timeAxis, valueAxis } from './axis.ts';

const PANEL = 120;
const HEAD = 26;
const AXIS = 24;
const TICKS = 3;

interface Series {
  readonly tone: string;
  readonly of: (span: MergedSpan) => number;
}

const BYTES: readonly Series[] = [{ tone: 'a', of: ({ bytes }) => bytes }];
const PACKETS: readonly Series[] = [
  { tone: 'a', of: ({ tcp }) => tcp },
  { tone: 'b', of: ({ udp }) => udp },
  { tone: 'c', of: ({ packets, tcp, udp }) => Math.max(0, packets - tcp - udp) },
];

/** Bytes and packets per second, one above the other on the same time. `spans` follow each other without a hole. */
export function trafficTimeline(
  spans: readonly MergedSpan[],
  widthMs: number,
  numerals: Numerals,
  width: number,
): Drawing {
  const rate = (value: number): number => value / (widthMs / 1000);
  const panels = [
    { title: 'bytes per second', series: BYTES, format: (value: number) => formatBytes(value, numerals) },
    { title: 'packets per second', series: PACKETS, format: (value: number) => formatSignificant(value, numerals) },
  ];
  const most = (series: readonly Series[]): number =>
    Math.max(1e-9, ...spans.map((span) => rate(series.reduce((sum, { of }) => sum + of(span), 0))));
  const scales = panels.map(({ series }, index) => {
    const top = index * (HEAD + PANEL + 14) + HEAD;
    return scaleLinear([0, most(series)], [top + PANEL, top]).nice(TICKS);
  });
  const labels = panels.flatMap(({ format }, index) => scales[index]!.ticks(TICKS).map((tick) => textPx(format(tick))));
  const left = Math.ceil(Math.max(...labels)) + 8;
  const bottom = 2 * (HEAD + PANEL) + 14;
  const x = scaleUtc([spans[0]!.at, spans.at(-1)!.at + widthMs], [left, width]);
  const body: Markup[] = [...timeAxis(x, HEAD, bottom)];
  for (const [index, { title, series, format }] of panels.entries()) {
    const y = scales[index]!;
    const floor = y.range()[0]!;
    body.push(...valueAxis(y, left, width, TICKS, format));
    let below = spans.map(() => 0);
    for (const { tone, of } of series) {
      const base = below;
      const top = spans.map((span, at) => base[at]! + of(span));
      const shape = area<number>()
        .x((at) => x(at < spans.length ? spans[at]!.at : spans.at(-1)!.at + widthMs))
        .y0((at) => y(rate(base[Math.min(at, spans.length - 1)]!)))
        .y1((at) => y(rate(top[Math.min(at, spans.length - 1)]!)))
        .curve(curveStepAfter)
        .digits(1);
      // the last one lasts, too
      body.push(markup`<path class="${tone}" d="${pathOf(shape([...spans.keys(), spans.length]))}"/>`);
      below = top;
    }
    body.push(
      markup`<text class="label" x="${px(left)}" y="${px(floor - PANEL - 10)}">${title}</text><line class="axis" x1="${px(left)}" x2="${px(width)}" y1="${px(floor)}" y2="${px(floor)}"/>`,
    );
  }
  return { height: bottom + AXIS, body };
}
