// What the machine of the scene talks to: one process with every server, and the clients that ask the machine.
// `node internet.js CERTIFICATE KEY`, in a network namespace that has the addresses.
import dgram from 'node:dgram';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import packet from 'dns-packet';

const [certificate, key] = process.argv.slice(2);
const secrets = { cert: fs.readFileSync(certificate), key: fs.readFileSync(key) };
const ignore = () => {};

/** What the name server knows. */
const NAMES = {
  'www.example.org': '198.51.100.20',
  'news.example.org': '198.51.100.21',
  'static.example.net': '203.0.113.80',
  'mirror.example.net': '203.0.113.7',
  'mail.example.com': '198.51.100.143',
  'a.root-servers.net': '203.0.113.53',
};

const dns = dgram.createSocket('udp4').on('error', ignore);
dns.on('message', (message, from) => {
  const query = packet.decode(message);
  const [question] = query.questions;
  const addr = NAMES[question.name];
  const isRoot = question.name === '.';
  const answers =
    addr !== undefined && question.type === 'A' ? [{ type: 'A', name: question.name, ttl: 300, data: addr }] : [];
  const rcode = addr === undefined && !isRoot ? 3 : 0;
  const answer = packet.encode({
    type: 'response',
    id: query.id,
    flags: 0x180 | rcode,
    questions: [question],
    answers,
  });
  dns.send(answer, from.port, from.address);
});
dns.bind(53, '192.0.2.53');

/** A body of so many bytes, the size being the path: `/pictures/120000.jpg`. */
function answer(request, response) {
  const size = Number(/(\d+)\.\w+$/.exec(request.url)?.[1] ?? 2000);
  const status = request.url.includes('missing') ? 404 : 200;
  response.writeHead(status, { server: 'nginx', 'content-type': 'text/html', 'content-length': size });
  response.end(Buffer.alloc(size, 'x'));
}

/** A file without an end, faster and slower by turns. */
function stream(_request, response) {
  response.writeHead(200, { server: 'nginx', 'content-type': 'application/octet-stream' });
  let tick = 0;
  const timer = setInterval(() => {
    tick++;
    const wave = 1 + 0.5 * Math.sin(tick / 42) + 0.25 * Math.sin(tick / 9);
    if (response.writableLength < 500_000) response.write(Buffer.alloc(Math.round(24_000 * wave), tick));
  }, 100);
  response.on('close', () => clearInterval(timer));
}

for (const addr of ['198.51.100.20', '198.51.100.21', '203.0.113.80'])
  https.createServer({ ...secrets, keepAliveTimeout: 60_000 }, answer).listen(443, addr);
http
  .createServer((request, response) => (request.url.endsWith('.iso') ? stream : answer)(request, response))
  .listen(80, '203.0.113.7');
tls
  .createServer(secrets, (socket) => {
    socket.on('error', ignore).on('data', () => socket.write(`* 3 EXISTS\r\n${'-'.repeat(900)}`));
    socket.write('* OK IMAP4rev1 ready\r\n');
  })
  .listen(993, '198.51.100.143');
tls.createServer(secrets, (socket) => socket.on('error', ignore).resume()).listen(443, '2001:db8:5::9');
net
  .createServer((socket) => {
    socket.write('SSH-2.0-OpenSSH_9.7\r\n');
    socket.on('error', ignore).on('data', (bytes) => socket.write(Buffer.concat([bytes, bytes])));
  })
  .listen(22, '198.51.100.22');

// people who look at the web site of this machine
const PATHS = ['/', '/index.html', '/pictures/24000.jpg', '/missing.html', '/style/3000.css'];
let visit = 0;
setInterval(() => {
  const localAddress = ['203.0.113.50', '198.51.100.77'][visit % 2];
  const path = PATHS[visit++ % PATHS.length];
  http
    .get({ host: '192.0.2.10', port: 80, path, localAddress, agent: false, headers: { host: 'www.example.com' } })
    .on('response', (response) => response.resume())
    .on('error', ignore);
}, 1300);
// some who left, which the application of this machine did not notice
let leavers = 0;
const leaving = setInterval(() => {
  const socket = net.connect({ host: '192.0.2.10', port: 8080, localAddress: '198.51.100.77' });
  socket.on('error', ignore).on('connect', () => {
    socket.end('GET /events HTTP/1.1\r\nHost: app.example.com\r\n\r\n');
    if (++leavers === 4) clearInterval(leaving);
  });
}, 6000);
process.stdout.write('ready\n');
