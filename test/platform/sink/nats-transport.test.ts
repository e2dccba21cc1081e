import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { parseDestination } from '../../../src/core/delivery/destination.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { openNats } from '../../../src/platform/sink/nats.ts';

const INFO = 'INFO {"server_id":"x","version":"2.10.0","max_payload":1048576,"headers":true,"jetstream":true}\r\n';
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server that does `deed` to each client, what a client of it is told, and how many clients are there. */
async function served(deed: (socket: net.Socket) => void) {
  const sockets = new Set<net.Socket>();
  let bytes = 0;
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => {
      sockets.delete(socket);
      bytes += socket.bytesWritten;
    });
    deed(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  const destination = parseDestination(`nats://127.0.0.1:${port}/netwatch.events`);
  const recipient = openNats({ destination, credentials: null, certificate: null, clock: realClock });
  closing.push(async () => {
    await recipient.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const send = () => recipient.send([{ id: '1', bytes: Buffer.from('{}') }], new AbortController().signal);
  return {
    send,
    async bytesUntilGone() {
      while (sockets.size > 0) await sleep(10);
      return bytes;
    },
  };
}

function pour(socket: net.Socket, text: string): void {
  const part = text.repeat(Math.ceil(65_536 / text.length));
  const more = (): void => {
    while (!socket.destroyed && socket.write(part));
  };
  socket.on('drain', more);
  more();
}

/** Answers as a server does, until the client is in; then does `deed`. */
const afterHello = (deed: (socket: net.Socket) => void) => (socket: net.Socket) => {
  socket.write(INFO);
  socket.once('data', () => {
    socket.write('PONG\r\n');
    setTimeout(() => deed(socket), 50);
  });
};

test('a server that never says who it is: no connection is left behind', { timeout: 15_000 }, async () => {
  const { send, bytesUntilGone } = await served((socket) => socket.resume());
  expect(await send()).toMatchObject({ kind: 'later', reason: 'timeout' });
  expect(await bytesUntilGone()).toBe(0);
});

test('a server whose greeting has no end is left after a mebibyte of it', async () => {
  const { send, bytesUntilGone } = await served((socket) => {
    socket.resume();
    socket.write('INFO {');
    pour(socket, 'a');
  });
  expect(await send()).toMatchObject({ kind: 'later', reason: expect.stringMatching(/nobody asked for/) });
  expect(await bytesUntilGone()).toBeLessThan(32 * 1024 * 1024);
});

test('a server that talks without end, after the greeting, is left after a mebibyte of it', async () => {
  const { send, bytesUntilGone } = await served(
    afterHello((socket) => {
      socket.write('INFO {');
      pour(socket, 'a');
    }),
  );
  expect(await send()).toMatchObject({ kind: 'later', reason: expect.stringMatching(/nobody asked for/) });
  expect(await bytesUntilGone()).toBeLessThan(32 * 1024 * 1024);
});

test('a server that says what is no NATS is left at once, not when an answer is missed', async () => {
  const { send, bytesUntilGone } = await served(afterHello((socket) => socket.write('\x1b]0;x\x07\r\n')));
  expect(await send()).toMatchObject({ kind: 'later', reason: expect.stringMatching(/does not speak NATS/) });
  await bytesUntilGone();
});
