import { http } from '../wire/app/http/http.ts';
import { readHttpMessage } from '../wire/app/http/http-message.ts';
import { http2 } from '../wire/app/http/http2.ts';
import { Http2Headers } from '../wire/app/http/http2-stream.ts';
import { http3 } from '../wire/app/quic/http3.ts';
import { quic } from '../wire/app/quic/quic.ts';
import { dtls } from '../wire/app/tls/dtls.ts';
import { helloTypeOf } from '../wire/app/tls/hello-message.ts';
import { tls } from '../wire/app/tls/tls.ts';
import { readClientHello } from '../wire/app/tls/tls-hello.ts';
import { CLIENT_HELLO } from '../wire/app/tls/tls-record.ts';
import { ByFlow } from '../wire/by-flow.ts';
import type { Flow } from '../wire/flow.ts';
import type { Message, Packet } from '../wire/packet.ts';

/** The name of the server that each flow asked for first: TLS server name, HTTP Host. Reads one message a flow. */
export class FlowNames {
  private readonly names = new ByFlow<string>(({ isForgotten }) => isForgotten);

  ingest(packet: Packet): void {
    for (let index = 0; index < packet.messageCount; index++) {
      const message = packet.messages[index]!;
      const { flow } = message;
      if (flow === null || this.names.has(flow)) continue;
      const name = nameIn(message);
      if (name !== null) this.names.set(flow, name);
    }
  }

  forget(flow: Flow): void {
    this.names.delete(flow);
  }

  nameOf(flow: Flow): string | null {
    return this.names.get(flow) ?? null;
  }
}

function nameIn(message: Message): string | null {
  const { protocol, bytes, start, end } = message;
  if (protocol === tls.id || protocol === quic.id || protocol === dtls.id) {
    if (helloTypeOf(message) !== CLIENT_HELLO) return null;
    return readClientHello(bytes, start, end, protocol === dtls.id)?.serverName ?? null;
  }
  if (protocol === http.id) {
    const read = readHttpMessage(bytes, start, end);
    return read?.request === true ? read.host : null;
  }
  if ((protocol !== http2.id && protocol !== http3.id) || !(message.detail instanceof Http2Headers)) return null;
  const { fields } = message.detail;
  return fields.get(':authority') ?? fields.get('host') ?? null;
}
