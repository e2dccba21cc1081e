import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AckPolicy, jetstream, jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { type ConnectionOptions, connect, type NatsConnection } from '@nats-io/transport-node';
import { freePort } from './free-port.ts';

/** A real nats-server with JetStream, on a port of the loopback that it keeps when it is started again. */
export interface NatsServer {
  readonly port: number;
  start(): Promise<void>;
  /** SIGKILL: what it acknowledged must be there when it is started again. */
  kill(): Promise<void>;
  /** A connection of who may do anything. */
  connect(): Promise<NatsConnection>;
  addStream(subject: string, config?: Partial<StreamConfig>): Promise<void>;
  /** How many messages its stream has. */
  count(): Promise<number>;
  /** The messages of its stream: their Nats-Msg-Id and their text. */
  messages(): Promise<readonly { readonly id: string; readonly text: string }[]>;
  close(): Promise<void>;
}

const STREAM = 'EVENTS';

/** Starts one; `config` is added to its configuration, `options` let a client in. */
export async function startNatsServer(config = '', options: Partial<ConnectionOptions> = {}): Promise<NatsServer> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'nats-'));
  const port = await freePort();
  const file = path.join(folder, 'server.conf');
  fs.writeFileSync(file, `listen: "127.0.0.1:${port}"\njetstream { store_dir: "${folder}/store" }\n${config}\n`);
  let child: ChildProcess | null = null;
  const open = (): Promise<NatsConnection> => connect({ servers: `127.0.0.1:${port}`, ...options });
  const once = async <T>(deed: (connection: NatsConnection) => Promise<T>): Promise<T> => {
    const connection = await open();
    try {
      return await deed(connection);
    } finally {
      await connection.close();
    }
  };
  const server: NatsServer = {
    port,
    async start() {
      child = spawn('nats-server', ['-c', file], { stdio: 'ignore' });
      for (;;) {
        try {
          await once(async (connection) => void (await jetstreamManager(connection)));
          return;
        } catch {
          if (child.exitCode !== null) throw new Error('nats-server has ended');
          await sleep(50);
        }
      }
    },
    async kill() {
      const gone = new Promise((resolve) => child?.once('exit', resolve));
      child?.kill('SIGKILL');
      await gone;
    },
    connect: open,
    addStream: (subject, more = {}) =>
      once(async (connection) => {
        const manager = await jetstreamManager(connection);
        await manager.streams.add({ name: STREAM, subjects: [subject], ...more });
      }),
    count: () =>
      once(async (connection) => (await (await jetstreamManager(connection)).streams.info(STREAM)).state.messages),
    messages: () =>
      once(async (connection) => {
        const manager = await jetstreamManager(connection);
        const { state } = await manager.streams.info(STREAM);
        const { name } = await manager.consumers.add(STREAM, { ack_policy: AckPolicy.None });
        const consumer = await jetstream(connection).consumers.get(STREAM, name);
        const found: { id: string; text: string }[] = [];
        while (found.length < state.messages) {
          const batch = await consumer.fetch({
            max_messages: Math.min(1000, state.messages - found.length),
            expires: 5000,
          });
          for await (const message of batch) {
            found.push({ id: message.headers?.get('Nats-Msg-Id') ?? '', text: message.string() });
          }
        }
        return found;
      }),
    async close() {
      if (child !== null && child.exitCode === null && child.signalCode === null) await server.kill();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}
