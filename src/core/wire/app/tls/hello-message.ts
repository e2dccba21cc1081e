import type { Message } from '../../packet.ts';

/** The `detail` of a hello of which the flow alone does not tell the connection: QUIC has several between the same ports. */
export class ConnectionHello {
  readonly type: number;
  /** The same one for all hellos of a connection. */
  readonly connection: object;

  constructor(type: number, connection: object) {
    this.type = type;
    this.connection = connection;
  }
}

/** CLIENT_HELLO or SERVER_HELLO, of a message of TLS, DTLS or QUIC. */
export const helloTypeOf = ({ detail }: Message): unknown => (detail instanceof ConnectionHello ? detail.type : detail);
