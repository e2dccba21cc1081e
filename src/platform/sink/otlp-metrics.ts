import { type HrTime, ValueType } from '@opentelemetry/api';
import { ProtobufMetricsSerializer } from '@opentelemetry/otlp-transformer';
import { AggregationTemporality, DataPointType, type MetricData } from '@opentelemetry/sdk-metrics';
import type { CounterStarts } from '../../core/delivery/counter-starts.ts';
import type { Reply } from '../../core/delivery/message.ts';
import type { Family } from '../../core/output/exposition.ts';
import { isTaken, openOtlpHttp } from './otlp-http.ts';
import { originOf } from './otlp-origin.ts';
import { laterBy, takenBy } from './otlp-reply.ts';
import type { SinkRequest } from './sink-request.ts';

/** Metrics as they were at a time, in milliseconds since 1970. */
export interface Reading {
  readonly families: readonly Family[];
  readonly at: number;
}

export interface MetricsSink {
  /** Never rejects. */
  send(reading: Reading, signal: AbortSignal): Promise<Reply>;
  close(): void;
}

/** Posts metrics by OTLP/HTTP in protobuf: counters as cumulative monotonic sums, all others as gauges, under the names of Prometheus. */
export function openOtlpMetrics(request: SinkRequest, starts: CounterStarts): MetricsSink {
  const http = openOtlpHttp(request, 'v1/metrics');
  const { resource, scope } = originOf(request.isRedacted !== true);
  return {
    async send({ families, at }, signal) {
      const metrics = families.map((family) => metricOf(family, at, starts));
      starts.turn(at);
      const body = ProtobufMetricsSerializer.serializeRequest({ resource, scopeMetrics: [{ scope, metrics }] });
      if (body === undefined) return { kind: 'later', reason: 'they cannot be written as protobuf', afterMs: null };
      const answer = await http.post(body, signal);
      return isTaken(answer) ? takenBy(answer, rejectedIn) : laterBy(answer);
    },
    close: http.close,
  };
}

function metricOf({ name, help, type, samples }: Family, at: number, starts: CounterStarts): MetricData {
  const endTime = hrTimeOf(at);
  const isCounter = type === 'counter';
  return {
    descriptor: { name, description: help, unit: unitOf(name), valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
    ...(isCounter
      ? { dataPointType: DataPointType.SUM as const, isMonotonic: true }
      : { dataPointType: DataPointType.GAUGE as const }),
    dataPoints: samples.map(([attributes, value]) => ({
      ...{ attributes, value, endTime },
      startTime: isCounter ? hrTimeOf(starts.startOf(name, attributes, value, at)) : NEVER,
    })),
  };
}

const NEVER: HrTime = [0, 0];

const UNITS: readonly (readonly [ending: string, unit: string])[] = [
  ['_seconds', 's'],
  ['_bytes', 'By'],
  ['_ratio', '1'],
];

/** The unit that a name ends with, as UCUM writes it. */
function unitOf(name: string): string {
  const base = name.replace(/_total$/, '');
  return UNITS.find(([ending]) => base.endsWith(ending))?.[1] ?? '';
}

const hrTimeOf = (millis: number): HrTime => [Math.floor(millis / 1000), Math.round((millis % 1000) * 1e6)];

function rejectedIn(body: Buffer) {
  const { partialSuccess } = ProtobufMetricsSerializer.deserializeResponse(body);
  return partialSuccess && { rejected: partialSuccess.rejectedDataPoints, errorMessage: partialSuccess.errorMessage };
}
