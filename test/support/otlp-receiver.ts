import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';

/** The messages of the protocol as OpenTelemetry's own generated code has them: netwatch writes with other code. */
const { opentelemetry } = createRequire(import.meta.url)('otlp-definitions/build/src/generated/root.js') as {
  opentelemetry: {
    proto: { collector: { logs: { v1: Record<'ExportLogsServiceRequest' | 'ExportLogsServiceResponse', Codec> } } };
  };
};
const { ExportLogsServiceRequest, ExportLogsServiceResponse } = opentelemetry.proto.collector.logs.v1;

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

export interface OtlpAnswer {
  readonly status: number;
  readonly headers?: Record<string, string>;
  /** An ExportLogsServiceResponse; absent for an empty body. */
  readonly says?: object;
}

/** A receiver of OTLP/HTTP: answers each request as it is told, and keeps the logs of those that it answers with 200. */
export interface OtlpReceiver {
  readonly port: number;
  readonly logs: ReceivedLog[];
  readonly requests: {
    readonly path: string;
    readonly headers: http.IncomingHttpHeaders;
    readonly logs: number;
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
  const requests: OtlpReceiver['requests'] = [];
  const listener: http.RequestListener = async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const received = logsOf(Buffer.concat(parts));
    requests.push({ path: request.url!, headers: request.headers, logs: received.length, at: performance.now() });
    const given = answer(requests.length, received.length);
    if (given === null) return;
    if (given.status === 200) logs.push(...received);
    response.writeHead(given.status, { 'content-type': 'application/x-protobuf', ...given.headers });
    response.end(given.says === undefined ? undefined : ExportLogsServiceResponse.encode(given.says).finish());
  };
  const server = tls === null ? http.createServer(listener) : https.createServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ...{ logs, requests, port: (server.address() as AddressInfo).port },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function logsOf(bytes: Buffer): ReceivedLog[] {
  const message = ExportLogsServiceRequest.toObject(ExportLogsServiceRequest.decode(bytes), {
    longs: String,
  }) as unknown as {
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

interface Pair {
  readonly key: string;
  readonly value: AnyValue;
}

const byKey = (pairs: readonly Pair[]): Record<string, AnyValue> =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
