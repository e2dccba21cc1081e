import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runInProcess } from '../../support/in-process.ts';
import { type LiveScene, noLiveCapture, openLiveScene, parseLines } from '../../support/live-scene.ts';

let scene: LiveScene;
beforeAll(() => {
  if (noLiveCapture === null) scene = openLiveScene('conns');
});
afterAll(() => scene?.remove());

/** Answers over TCP, UDP and both families with twice what it was sent. */
const DOUBLER = `
  const net = require('node:net');
  let waiting = 4;
  const ready = () => --waiting === 0 && process.stdout.write('listening');
  for (const [host, type] of [['127.0.0.1', 'udp4'], ['::1', 'udp6']]) {
    net.createServer((socket) => socket.on('error', () => {}).on('data', (data) => socket.write(Buffer.concat([data, data]))))
      .listen(7071, host, ready);
    const udp = require('node:dgram').createSocket(type).bind(7071, host, ready);
    udp.on('message', (bytes, { port, address }) => udp.send(Buffer.concat([bytes, bytes]), port, address));
  }`;
const SHORT_ONES = 1000;
const BYTES = 10;
/** A thousand connections, one after another, by turns over both families. */
const SHORT = `
  const net = require('node:net');
  let left = ${SHORT_ONES};
  const next = () => {
    if (left-- === 0) return process.stdout.write('done');
    let got = 0;
    const socket = net.connect(7071, left % 2 ? '127.0.0.1' : '::1', () => socket.write(Buffer.alloc(${BYTES})));
    socket.on('data', (data) => (got += data.length) === ${2 * BYTES} && socket.end()).on('close', next);
  };
  setTimeout(next, 500);`;
const EACH = 20;
/** So many datagrams of a socket without a peer over each family, for two seconds. */
const DATAGRAMS = `
  const sockets = [['udp4', '127.0.0.1'], ['udp6', '::1']].map(([type, host]) => [require('node:dgram').createSocket(type), host]);
  let left = ${EACH};
  const next = () => {
    if (left-- === 0) return process.stdout.write('done');
    for (const [socket, host] of sockets) socket.send(Buffer.alloc(100), 7071, host);
    setTimeout(next, 100);
  };
  next();`;

type Row = Record<string, unknown>;
const sum = (rows: readonly Row[], field: string): number => rows.reduce((all, row) => all + Number(row[field]), 0);

/** The last row of each connection in whole lines; each time it is asked it reads on. */
function connectionsIn(): (out: string) => Row[] {
  const last = new Map<string, Row>();
  let read = 0;
  return (out) => {
    const end = out.lastIndexOf('\n') + 1;
    for (const row of parseLines(out.slice(read, end))) {
      last.set([row.proto, row.local_addr, row.local_port, row.remote_addr, row.remote_port].join(' '), row);
    }
    read = end;
    return [...last.values()].filter(({ remote_port }) => remote_port !== null);
  };
}
const isAccepted = ({ proto, local_port }: Row): boolean => proto === 'tcp' && local_port === 7071;

describe.skipIf(noLiveCapture !== null)('conns --packets', { timeout: 60_000 }, () => {
  test('a known transfer is found whole: short connections, datagrams, both families, and who had them', async () => {
    const server = await scene.run(DOUBLER);
    const run = scene.start(['conns', '--packets', '--port', '7071', '--interval', '500ms', '--json']);
    await run.capturing;
    const [short, datagrams] = await Promise.all([scene.run(SHORT), scene.run(DATAGRAMS)]);
    // what was sent after the last look is in no row: a busy machine looks late
    const connectionsOf = connectionsIn();
    await run.until(({ out }) => {
      const rows = connectionsOf(out);
      const isWhole = ({ proto, rx_packets, tx_packets }: Row): boolean =>
        proto === 'udp' && rx_packets === EACH && tx_packets === EACH;
      return sum(rows.filter(isAccepted), 'tx_bytes') >= 2 * SHORT_ONES * BYTES && rows.filter(isWhole).length === 4;
    });
    run.child.kill('SIGINT');
    const { said, out } = await run.ended;
    for (const child of [server, short, datagrams]) child.stdin!.end();
    expect(said).toMatch(/ 0 dropped by the kernel/);

    const rows = connectionsOf(out);
    const accepted = rows.filter(isAccepted);
    expect(new Set(accepted.map(({ family }) => family))).toEqual(new Set(['ipv4', 'ipv6']));
    expect(sum(accepted, 'rx_bytes')).toBe(SHORT_ONES * BYTES);
    expect(sum(accepted, 'tx_bytes')).toBe(2 * SHORT_ONES * BYTES);
    expect(new Set(accepted.map(({ pid }) => pid))).toEqual(new Set([server.pid]));
    const opened = rows.filter(({ proto, remote_port }) => proto === 'tcp' && remote_port === 7071);
    expect(opened).toHaveLength(SHORT_ONES);
    expect(sum(opened, 'tx_bytes')).toBe(SHORT_ONES * BYTES);

    const udp = rows.filter(({ proto }) => proto === 'udp');
    expect(
      udp
        .map(({ family, rx_bytes, tx_bytes, rx_packets, pid, source }) => [
          family,
          rx_bytes,
          tx_bytes,
          rx_packets,
          pid === server.pid ? 'server' : pid === datagrams.pid ? 'client' : pid,
          source,
        ])
        .sort(),
    ).toEqual([
      ['ipv4', 2000, 4000, 20, 'server', 'capture'],
      ['ipv4', 4000, 2000, 20, 'client', 'capture'],
      ['ipv6', 2000, 4000, 20, 'server', 'capture'],
      ['ipv6', 4000, 2000, 20, 'client', 'capture'],
    ]);
  });

  test('--coverage says what was captured', async () => {
    const run = scene.start(['conns', '--packets', '--coverage', '--interval', '500ms', '--count', '2', '--json']);
    const { status, out } = await run.ended;
    const [row] = parseLines(out).filter(({ type }) => type === 'coverage');
    expect([status, row?.dropped_by_kernel]).toEqual([0, 0]);
    expect(row?.captured).toEqual(expect.any(Number));
  });

  test('without the privilege it says what is missing', async () => {
    const { status, said } = await scene.start(['conns', '--packets'], ['setpriv', '--reuid=65534', '--clear-groups'])
      .ended;
    expect([status, said]).toEqual([77, expect.stringContaining('CAP_NET_RAW')]);
  });
});

test('packets are of this machine alone', async () => {
  const { status, said } = await runInProcess(['conns', '--packets', '--root', '/nowhere']);
  expect([status, said]).toEqual([64, [expect.stringContaining('cannot be used with --netns or --root')]]);
});
