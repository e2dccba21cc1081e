import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** Bytes that each side of a connection sends, and those that the client leaves unread. */
export const CLIENT_BYTES = 123_456;
export const SERVER_BYTES = 50_000;
export const UNREAD_BYTES = 7_000;

/** A name that tries to end the name of a process in /proc, in ss and on a terminal. */
export const HOSTILE_NAME = ') S 1\n\x1b[31m"x';

/** Sockets in every state that stays as it is, held by processes of their own. */
export interface SocketScene {
  readonly serverPid: number;
  readonly clientPid: number;
  /** A process that inherited the listening socket of `sharedPort`. */
  readonly sharerPid: number;
  /** A process whose name is HOSTILE_NAME, which inherited the socket of `hostilePort`. */
  readonly hostilePid: number;
  readonly ports: Readonly<Record<ScenePort, number>>;
  close(): void;
}

/** `dual`: listens on IPv4 and IPv6. `half`: clients have closed, the server has not. `closed`: both have. */
export type ScenePort = 'dual' | 'ipv4' | 'unread' | 'half' | 'closed' | 'shared' | 'hostile' | 'udp' | 'udplite';

const SERVER = `
const net = require('node:net');
const dgram = require('node:dgram');
const { spawn } = require('node:child_process');
const [clientBytes, serverBytes, unreadBytes, hostileFile] = process.argv.slice(1);
const listen = (host, onConnection, options = {}) =>
  new Promise((resolve) => {
    const server = net.createServer(options, onConnection);
    server.listen(0, host, () => resolve(server));
  });
const answer = (bytes) => (socket) => {
  socket.resume();
  socket.write(Buffer.alloc(Number(bytes)));
};
const inherit = (server, file, args) =>
  spawn(file, args, { stdio: [server._handle.fd, 'ignore', 'ignore'] });
(async () => {
  const servers = {
    dual: await listen('::', answer(serverBytes)),
    ipv4: await listen('127.0.0.1', answer(serverBytes)),
    unread: await listen('127.0.0.1', answer(unreadBytes)),
    half: await listen('127.0.0.1', (socket) => socket.resume(), { allowHalfOpen: true }),
    closed: await listen('127.0.0.1', (socket) => socket.resume()),
    shared: await listen('127.0.0.1', () => {}),
    hostile: await listen('127.0.0.1', () => {}),
  };
  const udp = dgram.createSocket('udp4');
  await new Promise((resolve) => udp.bind(0, '127.0.0.1', resolve));
  const ports = Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, server.address().port]));
  const sharer = inherit(servers.shared, 'sleep', ['600']);
  const hostile = inherit(servers.hostile, hostileFile, ['600']);
  const children = [sharer, hostile];
  process.on('SIGTERM', () => {
    for (const child of children) child.kill();
    process.exit();
  });
  ports.udp = udp.address().port;
  ports.udplite = openWithKoffi();
  console.log(JSON.stringify({ ports, sharerPid: sharer.pid, hostilePid: hostile.pid }));
})();

/** What node cannot open itself: UDP-Lite, and raw sockets, for which one must be root. */
function openWithKoffi() {
  const libc = require('koffi').load(null);
  const socket = libc.func('int socket(int, int, int)');
  const bind = libc.func('int bind(int, const void *, uint32_t)');
  const name = libc.func('int getsockname(int, _Out_ void *, _Inout_ void *)');
  if (process.getuid() === 0) {
    socket(2, 3, 1);
    socket(10, 3, 58);
  }
  const fd = socket(2, 2, 136);
  const address = Buffer.from([2, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
  if (fd < 0 || bind(fd, address, 16) < 0) return 0;
  name(fd, address, Buffer.from([16, 0, 0, 0]));
  return address.readUInt16BE(2);
}
`;

const CLIENT = `
const net = require('node:net');
const dgram = require('node:dgram');
const [clientBytes, serverBytes, unreadBytes, text] = process.argv.slice(1);
const ports = JSON.parse(text);
const open = (port, host, options = {}) =>
  new Promise((resolve) => {
    const socket = net.connect({ port, host, ...options }, () => resolve(socket));
  });
const received = (socket, bytes) =>
  new Promise((resolve) => {
    let count = 0;
    socket.on('data', (data) => {
      count += data.length;
      if (count === bytes) resolve();
    });
  });
const talk = async (port, host) => {
  const socket = await open(port, host);
  const all = received(socket, Number(serverBytes));
  await new Promise((resolve) => socket.write(Buffer.alloc(Number(clientBytes)), resolve));
  await all;
  return socket;
};
const held = [];
(async () => {
  held.push(await talk(ports.ipv4, '127.0.0.1'), await talk(ports.dual, '127.0.0.1'), await talk(ports.dual, '::1'));
  const unread = net.connect({ port: ports.unread, host: '127.0.0.1' });
  unread.pause();
  await new Promise((resolve) => unread.once('connect', resolve));
  const half = await open(ports.half, '127.0.0.1', { allowHalfOpen: true });
  half.resume();
  half.end('1234567');
  held.push(unread, half);
  const closed = await open(ports.closed, '127.0.0.1');
  closed.resume();
  closed.end('12345');
  await new Promise((resolve) => closed.once('close', resolve));
  const udp = dgram.createSocket('udp4');
  await new Promise((resolve) => udp.connect(ports.udp, '127.0.0.1', resolve));
  held.push(udp);
  setTimeout(() => console.log('{}'), 300); // until the last delayed acknowledgement
})();
`;

/** Opens the sockets in a network namespace, or in our own. They are closed by `close`. */
export async function openSocketScene(netns: string | null): Promise<SocketScene> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-scene-'));
  const hostileFile = path.join(folder, HOSTILE_NAME);
  fs.copyFileSync('/bin/sleep', hostileFile);
  const children: ChildProcess[] = [];
  const close = (): void => {
    for (const child of children) child.kill('SIGTERM');
    fs.rmSync(folder, { recursive: true });
  };
  const sizes = [CLIENT_BYTES, SERVER_BYTES, UNREAD_BYTES].map(String);
  try {
    const server = start(netns, SERVER, [...sizes, hostileFile]);
    children.push(server);
    const said = JSON.parse(await firstLine(server));
    const client = start(netns, CLIENT, [...sizes, JSON.stringify(said.ports)]);
    children.push(client);
    await firstLine(client);
    return { ...said, serverPid: server.pid!, clientPid: client.pid!, close };
  } catch (error) {
    close();
    throw error;
  }
}

function start(netns: string | null, script: string, args: readonly string[]): ChildProcess {
  // `ip netns exec` becomes the program, so that the pid is that of node
  const inside = netns === null ? [] : ['ip', 'netns', 'exec', netns];
  const [file, ...rest] = [...inside, process.execPath, '-e', script, '--', ...args];
  return spawn(file!, rest, { stdio: ['ignore', 'pipe', 'inherit'], cwd: import.meta.dirname });
}

async function firstLine(child: ChildProcess): Promise<string> {
  const line = once(createInterface(child.stdout!), 'line').then(([text]) => text as string);
  const ended = once(child, 'exit').then(([status]) => Promise.reject(new Error(`ended with ${status}`)));
  return Promise.race([line, ended]);
}
