// Records loopback.pcap: `unshare -n node test/captures/record.js`, as root. See README.md for what happens in it.
import { execFileSync, spawn } from 'node:child_process';
import dgram from 'node:dgram';
import dns from 'node:dns/promises';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';

const HTTP = 8080;
const TLS = 8443;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-record-'));
const file = path.join(import.meta.dirname, 'loopback.pcap');

execFileSync('ip', ['link', 'set', 'lo', 'up']);
fs.rmSync(file, { force: true });
const tcpdump = spawn('tcpdump', ['-Z', 'root', '-i', 'lo', '-U', '-w', file, '--time-stamp-precision', 'nano'], {
  stdio: ['ignore', 'ignore', 'pipe'],
});
await once(tcpdump.stderr, 'data');
await sleep(500);

await askNames();
await browse();
await shakeHands();
await knockAtClosedDoor();
await echo();

await sleep(500);
tcpdump.kill('SIGINT');
await once(tcpdump, 'close');
fs.rmSync(folder, { recursive: true });

/** An A record, and a name that does not exist. */
async function askNames() {
  const server = dgram.createSocket('udp4').bind(53, '127.0.0.1');
  await once(server, 'listening');
  server.on('message', (query, { address, port }) => {
    const known = query.includes(Buffer.from('\x04real'));
    const answer = Buffer.from('c00c000100010000003c0004c0000207', 'hex'); // 192.0.2.7 for 60 s
    const reply = Buffer.concat([query, ...(known ? [answer] : [])]);
    reply.writeUInt16BE(known ? 0x8180 : 0x8183, 2);
    reply.writeUInt16BE(known ? 1 : 0, 6);
    server.send(reply, port, address);
  });
  const resolver = new dns.Resolver({ tries: 1 });
  resolver.setServers(['127.0.0.1']);
  await resolver.resolve4('real.example');
  await resolver.resolve4('missing.example').catch(() => {});
  server.close();
}

/** Two requests over one connection, the second for what is not there. */
async function browse() {
  const server = http.createServer((request, response) => {
    response.sendDate = false;
    response.writeHead(request.url === '/hello' ? 200 : 404, { 'content-type': 'text/plain' });
    response.end(request.url === '/hello' ? 'Hello, capture!\n' : 'Nothing here.\n');
  });
  server.listen(HTTP, '127.0.0.1');
  await once(server, 'listening');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  for (const url of ['/hello', '/nowhere']) {
    const request = http.get({ host: '127.0.0.1', port: HTTP, path: url, agent, headers: { host: 'web.example' } });
    const [response] = await once(request, 'response');
    for await (const _ of response);
  }
  agent.destroy();
  server.close();
}

/** TLS 1.3 with a name and ALPN, and a line each way. */
async function shakeHands() {
  const [key, cert] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
  execFileSync('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'],
    ...['-subj', '/CN=secure.example', '-keyout', key, '-out', cert],
  ], { stdio: 'ignore' });
  const server = tls.createServer({
    key: fs.readFileSync(key),
    cert: fs.readFileSync(cert),
    ALPNProtocols: ['http/1.1'],
  });
  server.on('secureConnection', (socket) => socket.once('data', () => socket.end('goodbye\n')));
  server.listen(TLS, '127.0.0.1');
  await once(server, 'listening');
  const client = tls.connect({
    host: '127.0.0.1',
    port: TLS,
    servername: 'secure.example',
    ALPNProtocols: ['h2', 'http/1.1'],
    rejectUnauthorized: false,
  });
  await once(client, 'secureConnect');
  client.write('hello\n');
  client.resume();
  await once(client, 'close');
  server.close();
}

/** A connection to a port where nobody listens, over IPv6. */
async function knockAtClosedDoor() {
  const socket = net.connect(9, '::1');
  await once(socket, 'error');
}

/** Three datagrams and their echoes, over IPv6. */
async function echo() {
  const server = dgram.createSocket('udp6').bind(7777, '::1');
  await once(server, 'listening');
  server.on('message', (data, { address, port }) => server.send(data, port, address));
  const client = dgram.createSocket('udp6').bind(40_007, '::1');
  for (const word of ['one', 'two', 'three']) {
    client.send(word, 7777, '::1');
    await once(client, 'message');
  }
  client.close();
  server.close();
}
