import dgram from 'node:dgram';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Socket } from '../../../src/core/socket/socket.ts';
import { openSocketDestroyEvents, type SocketDestroyEvents } from '../../../src/platform/linux/sock-destroy.ts';

/** Connections that are opened and closed between two readings. */
describe.skipIf(process.platform !== 'linux')('sockets that close', () => {
  let events: SocketDestroyEvents;
  beforeAll(() => {
    events = openSocketDestroyEvents(null);
  });
  afterAll(() => events.close());

  /** Reads until the sockets looked for have come; the kernel frees them a little after they close. */
  async function closed(isWanted: (socket: Socket) => boolean, count: number): Promise<Socket[]> {
    const found: Socket[] = [];
    for (let attempt = 0; attempt < 100 && found.length < count; attempt++) {
      found.push(...events.read().sockets.filter(isWanted));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return found;
  }

  test.each([
    ['127.0.0.1', 'ipv4'],
    ['::1', 'ipv6'],
  ])('a connection to %s, with the bytes it ended with', async (host, family) => {
    const server = net.createServer((socket) => socket.on('end', () => socket.end('y'.repeat(70_000))));
    await new Promise<void>((resolve) => server.listen(0, host, resolve));
    const { port } = server.address() as net.AddressInfo;
    server.on('connection', (socket) => socket.resume());
    const client = net.connect(port, host, () => client.end('x'.repeat(1234)));
    client.resume();
    await new Promise((resolve) => client.once('close', resolve));
    server.close();

    const sockets = await closed(
      (one) => one.remote_port === port || (one.local_port === port && one.remote_port !== null),
      2,
    );
    const ours = sockets.find((socket) => socket.remote_port === port);
    const theirs = sockets.find((socket) => socket.local_port === port);
    expect(ours).toMatchObject({ proto: 'tcp', family, local_addr: host, state: 'CLOSE', tx_bytes: 1234 });
    expect(theirs).toMatchObject({ tx_bytes: 70_000, uid: null, inode: null, rx_queue: null, tx_queue: null });
    // the kernel counts the FIN as a byte received
    expect([ours?.rx_bytes, theirs?.rx_bytes]).toEqual([70_001, 1235]);
    expect(ours?.rtt_ms).toBeGreaterThan(0);
  });

  test('a datagram socket', async () => {
    const socket = dgram.createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const { port } = socket.address();
    socket.close();
    const [gone] = await closed((one) => one.proto === 'udp' && one.local_port === port, 1);
    expect(gone).toMatchObject({ local_addr: '127.0.0.1', state: 'UNCONN', remote_addr: null, uid: null });
  });
});
