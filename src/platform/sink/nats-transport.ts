import { NodeTransport } from '@nats-io/transport-node/lib/node_transport.js';

/** Bytes that a server may send while nothing is sent to it: acknowledgements of all that is on its way take a tenth of it. */
const MOST_UNASKED_BYTES = 1024 * 1024;

/**
 * The transport of the client, for servers that do not behave: of itself it leaves the socket open when a server does not introduce
 * itself in time, keeps whatever a server says without end, and reads no further, but stays open, after what it does not understand.
 */
export class NatsTransport extends NodeTransport {
  private unasked = 0;

  override async close(error?: Error): Promise<void> {
    if (this.connected) return super.close(error);
    this.done = true;
    this.socket?.destroy();
  }

  override peekInfo(): ReturnType<NodeTransport['peekInfo']> {
    this.limit();
    return super.peekInfo();
  }

  override setupHandlers(): void {
    super.setupHandlers();
    this.limit();
  }

  override send(frame: Uint8Array): void {
    this.unasked = 0;
    super.send(frame);
  }

  override async *iterate(): AsyncIterableIterator<Uint8Array> {
    try {
      yield* super.iterate();
    } finally {
      this.socket?.destroy(new Error('it does not speak NATS'));
    }
  }

  private limit(): void {
    this.socket.on('data', (part) => {
      this.unasked += part.length;
      if (this.unasked > MOST_UNASKED_BYTES)
        this.socket?.destroy(new Error(`it sent ${this.unasked} bytes that nobody asked for`));
    });
  }
}
