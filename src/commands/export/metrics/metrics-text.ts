import { Counter, Gauge, Registry, type RegistryContentType } from 'prom-client';
import type { Family } from '../../../core/output/exposition.ts';

/** OpenMetrics 1.0, and the older text format 0.0.4, which node_exporter and whoever asks for nothing else read. */
export const METRICS_FORMATS = ['openmetrics', 'plain'] as const;
export type MetricsFormat = (typeof METRICS_FORMATS)[number];

export const CONTENT_TYPES: Readonly<Record<MetricsFormat, RegistryContentType>> = {
  openmetrics: Registry.OPENMETRICS_CONTENT_TYPE,
  plain: Registry.PROMETHEUS_CONTENT_TYPE,
};

/** The metrics as a text. A registry is of one sample: what is gone leaves no series. */
export function metricsText(families: readonly Family[], format: MetricsFormat): Promise<string> {
  const registry = new Registry<RegistryContentType>();
  registry.setContentType(CONTENT_TYPES[format]);
  const registers = [registry];
  for (const { name, help, type, samples } of families) {
    const labelNames = [...new Set(samples.flatMap(([labels]) => Object.keys(labels)))];
    if (type === 'counter') {
      const counter = new Counter({ name, help, labelNames, registers });
      for (const [labels, value] of samples) counter.inc(labels, value);
    } else {
      const gauge = new Gauge({ name, help, labelNames, registers });
      for (const [labels, value] of samples) gauge.set(labels, value);
    }
  }
  return registry.metrics();
}

/** The format that a client would like to have, by its Accept header. */
export function formatFor(accept: string): MetricsFormat {
  return accept.includes('application/openmetrics-text') ? 'openmetrics' : 'plain';
}
