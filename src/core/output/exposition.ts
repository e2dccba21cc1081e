import type { Renderer } from './renderer.ts';
import { safeText } from './safe-text.ts';
import type { Sink } from './sink.ts';

/** Labels of a series; one that is empty is as good as absent. */
export type Labels = Readonly<Record<string, string>>;

/** A value with the labels that distinguish it within its metric. Null is unknown, and left out. */
export type Sample = readonly [labels: Labels, value: number | boolean | null];

/** A metric family, and its samples of one row. Names and units as prometheus.io/docs/practices/naming has them. */
export interface Metric<R> {
  readonly name: string;
  readonly type: 'gauge' | 'counter';
  /** One line, without a backslash. */
  readonly help: string;
  readonly samples: (row: R) => readonly Sample[];
}

/**
 * The text format 0.0.4 of Prometheus. Of samples with the same labels the last counts. What is unknown is absent, and so
 * is a metric without samples, unless there are no rows at all: then help and type say what there would be.
 */
export function exposition<R>(metrics: readonly Metric<R>[], rows: readonly R[]): string {
  let out = '';
  for (const { name, type, help, samples } of metrics) {
    const lines = new Map<string, number>();
    for (const row of rows) {
      for (const [labels, value] of samples(row)) {
        if (value === null || !Number.isFinite(Number(value))) continue;
        lines.set(labelText(labels), Number(value));
      }
    }
    if (lines.size === 0 && rows.length > 0) continue;
    out += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const [labels, value] of lines) out += `${name}${labels} ${value}\n`;
  }
  return out;
}

/** What to print about the rows when all of them are there. */
export interface ExpositionInput<R> {
  readonly add: (row: R) => void;
  readonly text: () => string;
}

/** Prints one exposition at the end, of all rows. */
export function openExposition<R>(sink: Sink, input: ExpositionInput<R>): Renderer {
  return {
    mixesTypes: false,
    ownsTerminal: false,
    async write({ rows }) {
      for (const row of rows) input.add(row as R);
    },
    endSnapshot: async () => {},
    async end() {
      await sink.write(input.text());
      await sink.flush();
    },
  };
}

/** Without the noise of binary fractions: 1.234 ms are 0.001234 s. */
export function scaled(value: number, factor: number): number {
  return Number((value * factor).toPrecision(12));
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Backslash, quote and line feed are escaped; what a terminal would act on was made text before. */
function escapeLabel(value: string): string {
  return safeText(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
