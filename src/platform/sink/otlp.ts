import { ProtobufLogsSerializer } from '@opentelemetry/otlp-transformer';
import type { Message, Recipient, Reply } from '../../core/delivery/message.ts';
import { isTaken, openOtlpHttp } from './otlp-http.ts';
import { openLogRecords } from './otlp-log-record.ts';
import { laterBy, takenBy } from './otlp-reply.ts';
import type { SinkRequest } from './sink-request.ts';

const MOST_AT_ONCE = 512;

/**
 * Posts records as logs of OTLP/HTTP in protobuf, after the specification but for one thing: what is answered with 500 or a refusal of
 * who we are is sent again too, because it may have been the server's fault or a key that had expired.
 */
export function openOtlp(request: SinkRequest): Recipient {
  const http = openOtlpHttp(request, 'v1/logs');
  const recordOf = openLogRecords(request.clock, request.isRedacted !== true);

  const send = async (messages: readonly Message[], signal: AbortSignal): Promise<Reply> => {
    const body = ProtobufLogsSerializer.serializeRequest(messages.map(recordOf));
    if (body === undefined)
      return { kind: 'taken', refused: messages.length, why: 'they cannot be written as protobuf' };
    const answer = await http.post(body, signal);
    if (isTaken(answer)) return takenBy(answer, rejectedIn);
    const { status, reason } = answer;
    if (status === 413 && messages.length > 1) return sendHalves(messages, signal);
    // that will not change when it is sent again
    if (status === 400 || status === 413) return { kind: 'taken', refused: messages.length, why: reason };
    return laterBy(answer);
  };

  /** For a server that takes less at once. */
  const sendHalves = async (messages: readonly Message[], signal: AbortSignal): Promise<Reply> => {
    const middle = Math.ceil(messages.length / 2);
    const first = await send(messages.slice(0, middle), signal);
    if (first.kind === 'later') return first;
    const second = await send(messages.slice(middle), signal);
    if (second.kind === 'later') return second;
    return { kind: 'taken', refused: first.refused + second.refused, why: first.why ?? second.why };
  };

  return { most: MOST_AT_ONCE, send, close: async () => http.close() };
}

function rejectedIn(body: Buffer) {
  const { partialSuccess } = ProtobufLogsSerializer.deserializeResponse(body);
  return partialSuccess && { rejected: partialSuccess.rejectedLogRecords, errorMessage: partialSuccess.errorMessage };
}
