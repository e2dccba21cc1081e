import { JetStreamApiError, type JetStreamClient, jetstream } from '@nats-io/jetstream';
import {
  credsAuthenticator,
  type NatsConnection,
  NatsConnectionImpl,
  setTransportFactory,
} from '@nats-io/transport-node';
import { nodeResolveHost } from '@nats-io/transport-node/lib/node_transport.js';
import { LONGEST_REASON, type Message, type Recipient, type Reply } from '../../core/delivery/message.ts';
import { messageOf } from '../../core/failure.ts';
import { trustedPem } from '../probe/trusted-roots.ts';
import { NatsTransport } from './nats-transport.ts';
import type { SinkRequest } from './sink-request.ts';

/** Messages whose acknowledgements are waited for together. */
const MOST_AT_ONCE = 512;
const CONNECT_MS = 5_000;
const ACKNOWLEDGE_MS = 10_000;
/** What the header takes of the largest message, besides the id in it. */
const HEADER_BYTES = 'NATS/1.0\r\nNats-Msg-Id: \r\n\r\n'.length;
/** Of the server: a message is larger than max_msg_size of the stream. */
const LARGER_THAN_STREAM_TAKES = 10_054;
const SEND_LESS = 'or send fewer fields (--fields)';

/**
 * Publishes to a stream of JetStream: a message has arrived when the server acknowledges that the stream has it. The client does not
 * reconnect by itself: what was on its way is sent again, in order, under the same Nats-Msg-Id, by which the stream knows it.
 */
export function openNats({ destination, credentials, certificate }: SinkRequest): Recipient {
  const { servers, secure, path: subject } = destination;
  const options = {
    servers: servers.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`),
    name: 'netwatch',
    timeout: CONNECT_MS,
    reconnect: false,
    noAsyncTraces: true,
    ignoreClusterUpdates: true,
    ...(secure ? { tls: { ca: trustedPem(), ...certificate } } : {}),
    ...who(),
  };
  let open: {
    readonly connection: NatsConnection;
    readonly stream: JetStreamClient;
    readonly gone: Promise<Reply>;
  } | null = null;

  function who(): object {
    if (credentials?.kind === 'creds') return { authenticator: credsAuthenticator(Buffer.from(credentials.text)) };
    if (credentials?.kind === 'token') return { token: credentials.token };
    if (credentials?.kind === 'password') return { user: credentials.user, pass: credentials.password };
    return {};
  }

  const connected = async () => {
    if (open !== null && !open.connection.isClosed()) return open;
    setTransportFactory({ factory: () => new NatsTransport(), dnsResolveFn: nodeResolveHost });
    const connection = await NatsConnectionImpl.connect(options);
    const gone = connection.closed().then((error): Reply => {
      open = null;
      return later(error === undefined ? 'the connection has ended' : reasonOf(error));
    });
    open = { connection, stream: jetstream(connection, { timeout: ACKNOWLEDGE_MS }), gone };
    return open;
  };

  const publish = async (messages: readonly Message[]): Promise<Reply> => {
    try {
      const { connection, stream, gone } = await connected();
      const most = connection.info?.max_payload ?? Number.POSITIVE_INFINITY;
      /** Resolves when the stream has the message: with null, or with why it will never take it. */
      const publishOne = async ({ id, bytes }: Message): Promise<string | null> => {
        if (HEADER_BYTES + id.length + bytes.length > most)
          return `max_payload of the server is ${most} bytes: raise it there (1 MB is usual), ${SEND_LESS}`;
        try {
          await stream.publish(subject, bytes, { msgID: id });
          return null;
        } catch (error) {
          if (!(error instanceof JetStreamApiError) || error.code !== LARGER_THAN_STREAM_TAKES) throw error;
          return `its stream takes no message as large: nats stream edit NAME --max-msg-size=-1, ${SEND_LESS}`;
        }
      };
      const all = Promise.all(messages.map(publishOne)).then(
        (reasons): Reply => {
          const refusals = reasons.filter((reason) => reason !== null);
          return { kind: 'taken', refused: refusals.length, why: refusals[0] ?? null };
        },
        (error: unknown) => later(faultOf(error, subject)),
      );
      return await Promise.race([all, gone]);
    } catch (error) {
      return later(reasonOf(error));
    }
  };

  return {
    most: MOST_AT_ONCE,
    async send(messages, signal) {
      if (signal.aborted) return later('interrupted');
      let interrupt = (): void => {};
      const interrupted = new Promise<Reply>((resolve) => {
        interrupt = () => resolve(later('interrupted'));
        signal.addEventListener('abort', interrupt, { once: true });
      });
      const reply = await Promise.race([publish(messages), interrupted]);
      signal.removeEventListener('abort', interrupt);
      return reply;
    },
    async close() {
      await open?.connection.close();
    },
  };
}

const later = (reason: string): Reply => ({ kind: 'later', reason, afterMs: null });

function faultOf(error: unknown, subject: string): string {
  // nobody answered: that is what the client makes of it
  if ((error as Error).name === 'JetStreamNotEnabled') {
    return `no stream takes the subject ${subject}: nats stream add NAME --subjects ${subject}`;
  }
  if (error instanceof JetStreamApiError) return `the stream refuses: ${reasonOf(error)}`;
  return reasonOf(error);
}

const reasonOf = (error: unknown): string => {
  const { cause } = error as Error;
  const why = cause instanceof Error && cause.message !== '' ? `: ${cause.message}` : '';
  return `${messageOf(error)}${why}`.slice(0, LONGEST_REASON);
};
