import type { Destination } from '../../core/delivery/destination.ts';
import type { Recipient } from '../../core/delivery/message.ts';
import type { SinkRequest } from './sink-request.ts';

type Open = (request: SinkRequest) => Recipient;

/** One line a protocol; each is loaded when it is asked for. */
const SINKS: Readonly<Record<Destination['protocol'], () => Promise<Open>>> = {
  otlp: async () => (await import('./otlp.ts')).openOtlp,
  nats: async () => (await import('./nats.ts')).openNats,
};

/** Loads what a protocol takes: while the files of this program can be read. */
export const loadSink = (protocol: Destination['protocol']): Promise<Open> => SINKS[protocol]();

/** The same for metrics, which go by OTLP alone. */
export const loadMetricsSink = async () => (await import('./otlp-metrics.ts')).openOtlpMetrics;
