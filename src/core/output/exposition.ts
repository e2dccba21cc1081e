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

/** A metric with its samples of all rows. */
export interface Family {
  readonly name: string;
  readonly type: Metric<never>['type'];
  readonly help: string;
  /** Values of labels are safe to show, and not yet escaped. */
  readonly samples: readonly (readonly [labels: Labels, value: number])[];
}

/**
 * The metrics of the rows. Of samples with the same labels the last counts. What is unknown is absent, and so is a metric
 * without samples, unless there are no rows at all: then name, help and type say what there would be.
 */
export function familiesOf<R>(metrics: readonly Metric<R>[], rows: readonly R[]): readonly Family[] {
  const families: Family[] = [];
  for (const { name, type, help, samples } of metrics) {
    const found = new Map<string, readonly [Labels, number]>();
    for (const row of rows) {
      for (const [labels, value] of samples(row)) {
        if (value === null || !Number.isFinite(Number(value))) continue;
        const safe = safeLabels(labels);
        found.set(labelText(safe), [safe, Number(value)]);
      }
    }
    if (found.size > 0 || rows.length === 0) families.push({ name, type, help, samples: [...found.values()] });
  }
  return families;
}

/** The text format 0.0.4 of Prometheus. */
export function exposition<R>(metrics: readonly Metric<R>[], rows: readonly R[]): string {
  return familiesText(familiesOf(metrics, rows));
}

export function familiesText(families: readonly Family[]): string {
  let out = '';
  for (const { name, type, help, samples } of families) {
    out += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const [labels, value] of samples) out += `${name}${labelText(labels)} ${value}\n`;
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

/** What a terminal would act on is made text. */
function safeLabels(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, safeText(value)]));
}

/** Backslash and quote are escaped; a line feed is text already. */
function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
