// Records tls-suites.pcap and tls-streams.pcap with their key logs: `unshare -n node test/captures/record-tls.js`, as root.
// See README.md for what happens in them. Their certificate and keys are made for this, and thrown away.
import { execFileSync, spawn } from 'node:child_process';
import crypto from 'node:crypto';
import { once } from 'node:events';
import fs from 'node:fs';
import http2 from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-record-'));
const [keyFile, certFile] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
const RSA = process.argv.includes('--rsa');
execFileSync(
  'openssl',
  [
    ...['req', '-x509', '-newkey', RSA ? 'rsa:2048' : 'ec', ...(RSA ? [] : ['-pkeyopt', 'ec_paramgen_curve:P-256'])],
    ...['-nodes', '-days', '1', '-subj', '/CN=secure.example', '-keyout', keyFile, '-out', certFile],
  ],
  { stdio: 'ignore' },
);
const identity = { key: fs.readFileSync(keyFile), cert: fs.readFileSync(certFile) };
const NO_ETM = crypto.constants.SSL_OP_NO_ENCRYPT_THEN_MAC ?? 0x80000;

/** Name of the suite in OpenSSL, version, and whether encrypt-then-MAC is off. */
const SUITES = [
  ['TLS_AES_128_GCM_SHA256', 'TLSv1.3'],
  ['TLS_AES_256_GCM_SHA384', 'TLSv1.3'],
  ['TLS_CHACHA20_POLY1305_SHA256', 'TLSv1.3'],
  ['TLS_AES_128_CCM_SHA256', 'TLSv1.3'],
  ['TLS_AES_128_CCM_8_SHA256', 'TLSv1.3'],
  ['ECDHE-ECDSA-AES128-GCM-SHA256', 'TLSv1.2'],
  ['ECDHE-ECDSA-AES256-GCM-SHA384', 'TLSv1.2'],
  ['ECDHE-ECDSA-CHACHA20-POLY1305', 'TLSv1.2'],
  ['ECDHE-ECDSA-AES128-CCM', 'TLSv1.2'],
  ['ECDHE-ECDSA-AES256-CCM8', 'TLSv1.2'],
  ['ECDHE-ECDSA-ARIA128-GCM-SHA256', 'TLSv1.2'],
  ['ECDHE-ECDSA-CAMELLIA128-SHA256', 'TLSv1.2'],
  ['ECDHE-ECDSA-AES128-SHA', 'TLSv1.2'],
  ['ECDHE-ECDSA-AES128-SHA256', 'TLSv1.2'],
  ['ECDHE-ECDSA-AES256-SHA384', 'TLSv1.2'],
  ['ECDHE-ECDSA-AES128-SHA', 'TLSv1.2', NO_ETM],
  ['ECDHE-ECDSA-AES128-SHA256', 'TLSv1.2', NO_ETM],
  ['ECDHE-ECDSA-AES256-SHA384', 'TLSv1.2', NO_ETM],
  ['ECDHE-ECDSA-AES256-SHA', 'TLSv1.1'],
  ['ECDHE-ECDSA-AES256-SHA', 'TLSv1.1', NO_ETM],
  ['ECDHE-ECDSA-AES128-SHA', 'TLSv1'],
  ['ECDHE-ECDSA-AES128-SHA', 'TLSv1', NO_ETM],
];

const ANSWER = 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n';
const requestFor = (target) => `GET ${target} HTTP/1.1\r\nHost: secure.example\r\n\r\n`;

execFileSync('ip', ['link', 'set', 'lo', 'up']);
let keyLog = [];
const note = (line) => keyLog.push(line.toString());
await record('tls-suites', async () => {
  for (const [index, [suite, version, secureOptions]] of SUITES.entries()) {
    await browse(4433 + index, suite, version, secureOptions ?? 0);
  }
});
await record('tls-streams', async () => {
  await browseHttp2();
  await askOverTls();
  await sendMail();
  await talkInFrames();
  await resume('TLSv1.2', 4501);
  await resume('TLSv1.3', 4502);
  await retryHello();
  await renegotiate();
  await renewKeys();
  await sendEarly();
  await browseInPieces();
});
fs.rmSync(folder, { recursive: true });

async function record(name, act) {
  keyLog = [];
  const file = path.join(import.meta.dirname, `${name}.pcap`);
  fs.rmSync(file, { force: true });
  const tcpdump = spawn('tcpdump', ['-Z', 'root', '-i', 'lo', '-U', '-w', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  await once(tcpdump.stderr, 'data');
  await sleep(500);
  await act();
  await sleep(500);
  tcpdump.kill('SIGINT');
  await once(tcpdump, 'close');
  fs.writeFileSync(path.join(import.meta.dirname, `${name}.keys`), keyLog.join(''));
}

/** A request and its answer, over HTTP/1.1. */
async function browse(port, suite, version, secureOptions) {
  const settings = {
    ...{ minVersion: version, maxVersion: version, secureOptions },
    ciphers: version === 'TLSv1.3' ? suite : `${suite}:@SECLEVEL=0`,
  };
  const server = https.createServer({ ...identity, ...settings }, (request, response) => {
    response.sendDate = false;
    response.writeHead(200, { 'content-type': 'text/plain' });
    response.end(`You asked for ${request.url}.\n`);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const agent = new https.Agent({ ...settings, rejectUnauthorized: false });
  agent.on('keylog', note);
  const request = https.get({ host: '127.0.0.1', port, path: `/${suite}`, agent, servername: 'secure.example' });
  const [response] = await once(request, 'response');
  for await (const _ of response);
  agent.destroy();
  server.close();
  await once(server, 'close');
}

/** Two requests over HTTP/2, the second with a body. */
async function browseHttp2() {
  const server = http2.createSecureServer(identity);
  server.on('stream', (stream, headers) => {
    stream.respond({ ':status': headers[':path'] === '/missing' ? 404 : 200, 'content-type': 'text/plain' });
    stream.end('Hello, two!\n');
  });
  server.listen(443, '127.0.0.1');
  await once(server, 'listening');
  const client = http2.connect('https://127.0.0.1:443', { rejectUnauthorized: false, servername: 'secure.example' });
  client.socket.on?.('keylog', note);
  await once(client, 'connect');
  for (const [method, target] of [['GET', '/hello'], ['POST', '/missing']]) {
    const stream = client.request({ ':path': target, ':method': method });
    stream.end(method === 'POST' ? 'some data' : undefined);
    for await (const _ of stream);
  }
  client.close();
  await once(client, 'close');
  server.close();
}

async function secureServer(port, options, serve) {
  const server = tls.createServer({ ...identity, ...options }, serve);
  server.on('error', () => {});
  server.on('tlsClientError', () => {});
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function secureClient(port, options = {}) {
  const client = tls.connect({ host: '127.0.0.1', port, servername: 'secure.example', rejectUnauthorized: false, ...options });
  client.on('keylog', note);
  await once(client, 'secureConnect');
  return client;
}

/** DNS over TLS: the answer's length comes in a record of its own. */
async function askOverTls() {
  const query = Buffer.concat([Buffer.from('abcd01000001000000000000', 'hex'), Buffer.from('\x06secret\x07example\0\0\x01\0\x01', 'latin1')]);
  const withLength = (message) => Buffer.concat([Buffer.from([message.length >> 8, message.length & 0xff]), message]);
  const server = await secureServer(853, {}, (socket) =>
    socket.once('data', async () => {
      const reply = Buffer.concat([query, Buffer.from('c00c000100010000003c0004c0000207', 'hex')]);
      reply.writeUInt16BE(0x8180, 2);
      reply.writeUInt16BE(1, 6);
      socket.write(withLength(reply).subarray(0, 2));
      await sleep(30);
      socket.end(withLength(reply).subarray(2));
    }),
  );
  const client = await secureClient(853);
  client.write(withLength(query));
  client.resume();
  await once(client, 'close');
  server.close();
}

/** SMTP that goes on in TLS after STARTTLS. */
async function sendMail() {
  const server = net.createServer((socket) => {
    socket.write('220 mail.example ESMTP\r\n');
    const plain = (data) => {
      const text = data.toString();
      if (text.startsWith('EHLO')) socket.write('250-mail.example\r\n250 STARTTLS\r\n');
      else {
        socket.off('data', plain);
        socket.write('220 go ahead\r\n', () => {
          const secure = new tls.TLSSocket(socket, { isServer: true, ...identity });
          secure.on('data', (line) => secure.write(line.toString().startsWith('QUIT') ? '221 bye\r\n' : '250 fine\r\n'));
          secure.on('end', () => secure.end());
        });
      }
    };
    socket.on('data', plain);
  });
  server.listen(25, '127.0.0.1');
  await once(server, 'listening');
  const socket = net.connect(25, '127.0.0.1');
  await once(socket, 'data');
  for (const line of ['EHLO client.example\r\n', 'STARTTLS\r\n']) {
    socket.write(line);
    await once(socket, 'data');
  }
  const client = tls.connect({ socket, rejectUnauthorized: false, maxVersion: 'TLSv1.2' });
  client.on('keylog', note);
  await once(client, 'secureConnect');
  for (const line of ['EHLO client.example\r\n', 'MAIL FROM:<ann@client.example>\r\n', 'QUIT\r\n']) {
    client.write(line);
    await once(client, 'data');
  }
  client.end();
  await once(client, 'close');
  server.close();
}

/** WebSocket inside HTTP inside TLS. */
async function talkInFrames() {
  const server = await secureServer(8443, {}, (socket) =>
    socket.once('data', () => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: x\r\n\r\n');
      socket.write(Buffer.concat([Buffer.from([0x81, 5]), Buffer.from('hello')]));
      socket.once('data', () => socket.end());
    }),
  );
  const client = await secureClient(8443);
  client.write('GET /chat HTTP/1.1\r\nHost: secure.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: eA==\r\nSec-WebSocket-Version: 13\r\n\r\n');
  for (let seen = ''; !seen.includes('hello'); ) seen += (await once(client, 'data'))[0].toString('latin1');
  client.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]));
  client.resume();
  await once(client, 'close');
  server.close();
}

/** A session, and its resumption. */
async function resume(version, port) {
  const server = await secureServer(port, { maxVersion: version }, (socket) => socket.on('data', () => socket.end(ANSWER)));
  let session;
  for (const target of ['/first', '/resumed']) {
    const client = tls.connect({ host: '127.0.0.1', port, rejectUnauthorized: false, session });
    client.on('keylog', note);
    client.on('session', (ticket) => {
      session = ticket;
    });
    await once(client, 'secureConnect');
    client.write(requestFor(target));
    client.resume();
    await once(client, 'close');
  }
  server.close();
}

/** A server that wants another group: HelloRetryRequest. */
async function retryHello() {
  const server = await secureServer(4503, { ecdhCurve: 'P-384' }, (socket) => socket.on('data', () => socket.end(ANSWER)));
  const client = await secureClient(4503, { ecdhCurve: 'X25519:P-384' });
  client.write(requestFor('/retried'));
  client.resume();
  await once(client, 'close');
  server.close();
}

/** Another handshake inside the first session, with other keys. */
async function renegotiate() {
  const server = await secureServer(4504, { maxVersion: 'TLSv1.2', requestCert: false }, (socket) =>
    socket.on('data', () => socket.write(ANSWER)),
  );
  const client = await secureClient(4504, { maxVersion: 'TLSv1.2' });
  client.write(requestFor('/before'));
  await once(client, 'data');
  await new Promise((resolve) => {
    client.renegotiate({ rejectUnauthorized: false }, resolve);
  });
  client.write(requestFor('/after'));
  await once(client, 'data');
  client.end();
  await once(client, 'close');
  server.close();
}

/** KeyUpdate of either side, which openssl sends at a letter on its stdin. */
async function renewKeys() {
  const keys = path.join(folder, 'renewed.keys');
  const server = spawn('openssl', ['s_server', '-accept', '4505', '-key', keyFile, '-cert', certFile, '-tls1_3', '-quiet'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await sleep(400);
  const client = spawn('openssl', ['s_client', '-connect', '127.0.0.1:4505', '-keylogfile', keys, '-tls1_3'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await sleep(400);
  client.stdin.write(requestFor('/before'));
  await sleep(200);
  client.stdin.write('K\n');
  await sleep(200);
  client.stdin.write(requestFor('/after'));
  await sleep(200);
  server.stdin.write(ANSWER);
  await sleep(200);
  client.stdin.end('Q\n');
  await once(client, 'close');
  server.kill();
  await once(server, 'close');
  note(fs.readFileSync(keys));
}

/** 0-RTT: a request in the first flight of a resumed session. */
async function sendEarly() {
  const [keys, session, early] = ['early.keys', 'session.pem', 'request'].map((name) => path.join(folder, name));
  fs.writeFileSync(early, requestFor('/early'));
  const server = spawn(
    'openssl',
    ['s_server', '-accept', '4506', '-key', keyFile, '-cert', certFile, '-tls1_3', '-early_data', '-quiet'],
    { stdio: ['pipe', 'pipe', 'ignore'] },
  );
  await sleep(400);
  for (const more of [['-sess_out', session], ['-sess_in', session, '-early_data', early]]) {
    const client = spawn('openssl', ['s_client', '-connect', '127.0.0.1:4506', '-keylogfile', keys, '-tls1_3', ...more], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    await sleep(400);
    server.stdin.write(ANSWER);
    await sleep(200);
    client.stdin.end('Q\n');
    await once(client, 'close');
  }
  server.kill();
  await once(server, 'close');
  note(fs.readFileSync(keys));
}

/** A response that lies in many records, and a pipelined pair behind it. */
async function browseInPieces() {
  const server = await secureServer(4507, {}, (socket) =>
    socket.once('data', async () => {
      const body = 'x'.repeat(3000);
      const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}${ANSWER}${ANSWER}`;
      for (let at = 0; at < answer.length; at += 700) {
        socket.write(answer.slice(at, at + 700));
        await sleep(10);
      }
      socket.end();
    }),
  );
  const client = await secureClient(4507);
  client.write(`${requestFor('/long')}${requestFor('/one')}${requestFor('/two')}`);
  client.resume();
  await once(client, 'close');
  server.close();
}
