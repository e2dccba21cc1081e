import { address, bytes, choice, integer, maybe, millis, port, shown, type Tone, text, time } from '../field.ts';
import { type Row, table } from '../table.ts';

const statusTone = (status: number): Tone | null => (status >= 500 ? 'bad' : status >= 400 ? 'notice' : null);

export const httpRequest = table(
  'http_request',
  'One row per HTTP request with its response, or for either alone; also for SSDP.',
  {
    time: maybe(time('Time of the request, or of a response without a request.', shown('TIME', 1))),
    stream: maybe(integer('Number of the stream, of TCP or, for SSDP, of UDP.', shown('STREAM', 5))),
    client_addr: maybe(address('Who asked.', shown('CLIENT', 1))),
    client_port: port('Its port.'),
    server_addr: maybe(address('The server.', shown('SERVER', 1))),
    server_port: port('Its port.', shown('PORT', 4)),
    method: maybe(text('Method of the request, as in GET.', shown('METHOD', 1))),
    host: maybe(text('The Host header field, or :authority.', shown('HOST', 2))),
    uri: maybe(text('The request target as it was sent.', shown('URI', 1))),
    version: maybe(text('HTTP/1.0, HTTP/1.1 or HTTP/2; of the request where there is one.')),
    status: maybe(integer('Status code.', { ...shown('STATUS', 1), tone: statusTone })),
    reason: maybe(text('Reason phrase, as it was sent.')),
    request_bytes: maybe(bytes('Header and body of the request, as far as captured.')),
    response_bytes: maybe(bytes('Header and body of the response, as far as captured.', shown('BYTES', 3))),
    latency_ms: maybe(millis('From the end of the request to the end of the response.', shown('LATENCY', 1))),
    user_agent: maybe(text('The User-Agent header field.')),
    community_id: maybe(text('Community ID of the flow, version 1 with seed 0, as Zeek and Suricata compute it.')),
    app: maybe(choice('Whose message it is: http (of any version) or ssdp.', ['http', 'ssdp'], shown('APP', 6))),
  },
);
export type HttpRequestRow = Row<typeof httpRequest>;
