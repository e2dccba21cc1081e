import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

/** The messages of the protocol as OpenTelemetry's own generated code has them: netwatch writes with other code. */
const { opentelemetry } = createRequire(import.meta.url)('otlp-definitions/build/src/generated/root.js') as {
  opentelemetry: { proto: { collector: Record<'logs' | 'metrics', { v1: Record<string, Codec> }> } };
};
const { logs: ofLogs, metrics: ofMetrics } = opentelemetry.proto.collector;

interface Codec {
  decode(bytes: Uint8Array): unknown;
  encode(value: object): { finish(): Uint8Array };
  toObject(value: unknown, options: object): Record<string, unknown>;
}

interface AnyValue {
  readonly stringValue?: string;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
}

export interface ReceivedLog {
  readonly timeUnixNano: string;
  readonly severityText: string;
  readonly eventName: string;
  readonly body: AnyValue;
  readonly attributes: Readonly<Record<string, AnyValue>>;
  readonly resource: Readonly<Record<string, AnyValue>>;
}

/** A value of a metric. Times are in nanoseconds since 1970. */
export interface ReceivedPoint {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  /** `sum` is cumulative and monotonic. */
  readonly type: 'gauge' | 'sum' | 'another';
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly startTimeUnixNano: string;
  readonly timeUnixNano: string;
  readonly resource: Readonly<Record<string, AnyValue>>;
}

export interface OtlpAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** An ExportLogsServiceResponse, or that of metrics; absent for an empty body. */
  readonly says?: object;
  /** What it does instead of all that. */
  readonly does?: (response: http.ServerResponse) => void;
}

/** A receiver of OTLP/HTTP: answers each request as it is told, and keeps the logs and metrics of those that it answers with 200. */
export interface OtlpReceiver {
  readonly port: number;
  readonly logs: ReceivedLog[];
  readonly points: ReceivedPoint[];
  readonly requests: {
    readonly path: string;
    readonly headers: http.IncomingHttpHeaders;
    readonly logs: number;
    readonly points: number;
    readonly at: number;
  }[];
  close(): Promise<void>;
}

/** `answer` gives null for a server that says nothing. */
export async function startOtlpReceiver(
  answer: (request: number, logs: number) => OtlpAnswer | null = () => ({ status: 200 }),
  tls: { readonly cert: string; readonly key: string } | null = null,
): Promise<OtlpReceiver> {
  const logs: ReceivedLog[] = [];
  const points: ReceivedPoint[] = [];
  const requests: OtlpReceiver['requests'] = [];
  const listener: http.RequestListener = async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const ofPoints = request.url!.endsWith('/v1/metrics');
    const bytes = Buffer.concat(parts);
    const received = ofPoints ? [] : logsOf(bytes);
    const values = ofPoints ? pointsOf(bytes) : [];
    const at = performance.now();
    requests.push({
      path: request.url!,
      headers: request.headers,
      logs: received.length,
      points: values.length,
      at,
    });
    const given = answer(requests.length, received.length);
    if (given === null) return;
    if (given.does !== undefined) return given.does(response);
    if (given.status === 200) {
      logs.push(...received);
      points.push(...values);
    }
    response.writeHead(given.status, { 'content-type': 'application/x-protobuf', ...given.headers });
    const codec = ofPoints ? ofMetrics.v1.ExportMetricsServiceResponse! : ofLogs.v1.ExportLogsServiceResponse!;
    response.end(given.says === undefined ? undefined : codec.encode(given.says).finish());
  };
  const server = tls === null ? http.createServer(listener) : https.createServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...{ logs, points, requests, port: (server.address() as AddressInfo).port },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function logsOf(bytes: Buffer): ReceivedLog[] {
  const codec = ofLogs.v1.ExportLogsServiceRequest!;
  const message = codec.toObject(codec.decode(bytes), { longs: String }) as unknown as {
    resourceLogs?: {
      resource: { attributes: Pair[] };
      scopeLogs: { logRecords: (Omit<ReceivedLog, 'attributes'> & { attributes: Pair[] })[] }[];
    }[];
  };
  return (message.resourceLogs ?? []).flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map((one) => ({ ...one, attributes: byKey(one.attributes), resource: byKey(resource.attributes) })),
    ),
  );
}

interface Data {
  readonly dataPoints?: {
    attributes?: Pair[];
    startTimeUnixNano: string;
    timeUnixNano: string;
    asDouble: number;
  }[];
  readonly aggregationTemporality?: number;
  readonly isMonotonic?: boolean;
}
const CUMULATIVE = 2;

function pointsOf(bytes: Buffer): ReceivedPoint[] {
  const codec = ofMetrics.v1.ExportMetricsServiceRequest!;
  const message = codec.toObject(codec.decode(bytes), { longs: String }) as unknown as {
    resourceMetrics?: {
      resource: { attributes: Pair[] };
      scopeMetrics: {
        metrics: { name: string; description: string; unit?: string; gauge?: Data; sum?: Data }[];
      }[];
    }[];
  };
  return (message.resourceMetrics ?? []).flatMap(({ resource, scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) =>
      metrics.flatMap(({ name, description, unit = '', gauge, sum }) => {
        const { dataPoints, aggregationTemporality, isMonotonic } = gauge ?? sum ?? {};
        const isSum = aggregationTemporality === CUMULATIVE && isMonotonic === true;
        const type = gauge !== undefined ? 'gauge' : isSum ? 'sum' : 'another';
        return (dataPoints ?? []).map(
          ({ attributes = [], startTimeUnixNano, timeUnixNano, asDouble }): ReceivedPoint => ({
            ...{ name, description, unit, type, startTimeUnixNano, timeUnixNano, value: asDouble },
            labels: Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? ''])),
            resource: byKey(resource.attributes),
          }),
        );
      }),
    ),
  );
}

interface Pair {
  readonly key: string;
  readonly value: AnyValue;
}

const byKey = (pairs: readonly Pair[]): Record<string, AnyValue> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
