// The programs of the machine of the scene. Each is node under another name: `firefox programs.js firefox`.
import dgram from 'node:dgram';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import packet from 'dns-packet';

const ignore = () => {};
/** Asks the name server, from one socket: a new one each time would fill the list of connections. */
let names = null;
let queries = 0;
function ask(name, type = 'A') {
  if (names === null) {
    names = dgram.createSocket('udp4').on('error', ignore).on('message', ignore);
    names.connect(53, '192.0.2.53');
    names.once('connect', () => ask(name, type));
  }
  // what is asked before it is connected is not sent
  if (!isConnected(names)) return;
  const questions = [{ type, name }];
  names.send(packet.encode({ type: 'query', id: ++queries & 0xffff, flags: 0x100, questions }), ignore);
}
const insecure = { rejectUnauthorized: false };
function isConnected(socket) {
  try {
    return socket.remoteAddress() !== null;
  } catch {
    return false;
  }
}
/** Calls `act` with 0, 1, … every `millis`, and at once. */
function repeat(millis, act) {
  let count = 0;
  const next = () => act(count++);
  next();
  setInterval(next, millis);
}
const get = (options) =>
  https
    .get({ ...insecure, ...options })
    .on('response', (response) => response.resume())
    .on('error', ignore);

const PROGRAMS = {
  firefox() {
    const agent = new https.Agent({ keepAlive: true, maxSockets: 2 });
    const sizes = [40_000, 9000, 160_000, 70_000, 22_000];
    repeat(2100, (n) => {
      ask('www.example.org');
      get({ agent, host: '198.51.100.20', servername: 'www.example.org', path: `/${sizes[n % 5]}.html` });
      get({ agent, host: '203.0.113.80', servername: 'static.example.net', path: `/${sizes[(n + 2) % 5]}.js` });
    });
    repeat(5300, () => {
      ask('news.example.org', 'AAAA');
      ask('news.example.org');
      get({ agent: false, host: '198.51.100.21', servername: 'news.example.org', path: '/64000.html' });
    });
    repeat(9700, () => ask('tracker.example.invalid'));
  },
  curl() {
    ask('mirror.example.net');
    // a password that everybody on the way can read
    const headers = { host: 'mirror.example.net', authorization: `Basic ${btoa('ann:example')}` };
    http
      .get({ host: '203.0.113.7', path: '/big.iso', headers })
      .on('response', (response) => response.resume())
      .on('error', ignore);
  },
  ssh() {
    const socket = net.connect(22, '198.51.100.22').on('error', ignore).on('data', ignore);
    socket.write('SSH-2.0-OpenSSH_9.7\r\n');
    repeat(400, () => socket.write(Buffer.alloc(64, 7)));
  },
  thunderbird() {
    ask('mail.example.com');
    const socket = tls.connect({ ...insecure, host: '198.51.100.143', port: 993, servername: 'mail.example.com' });
    socket.on('error', ignore).on('data', ignore);
    repeat(3000, (n) => socket.write(`a${n} NOOP\r\n`));
  },
  restic() {
    const socket = tls.connect({ ...insecure, host: '2001:db8:5::9', port: 443, servername: 'backup.example.com' });
    socket.on('error', ignore);
    repeat(200, (n) => {
      const wave = 1 + 0.8 * Math.sin(n / 30);
      if (socket.writableLength < 200_000) socket.write(Buffer.alloc(Math.round(12_000 * wave), n));
    });
  },
  nginx() {
    http
      .createServer((request, response) => {
        const size = Number(/(\d+)\.\w+$/.exec(request.url)?.[1] ?? 1500);
        response.writeHead(request.url.includes('missing') ? 404 : 200, { server: 'nginx', 'content-length': size });
        response.end(Buffer.alloc(size, 'n'));
      })
      .listen(80, '192.0.2.10');
  },
  sshd() {
    net.createServer(ignore).listen(22, '0.0.0.0');
  },
  postgres() {
    net
      .createServer((socket) =>
        socket.on('error', ignore).on('data', (bytes) => socket.write(Buffer.alloc(bytes.length * 8))),
      )
      .listen(5432, '127.0.0.1', 16);
  },
  webapp() {
    // it does not read the end of what its clients said
    net
      .createServer({ allowHalfOpen: true }, (socket) => socket.on('error', ignore).resume())
      .listen(8080, '192.0.2.10');
    const connect = () => {
      const database = net.connect(5432, '127.0.0.1').on('data', ignore);
      database.on('error', () => setTimeout(connect, 200));
      database.on('connect', () => repeat(700, () => database.write('SELECT count(*) FROM orders')));
    };
    connect();
  },
};

/** What its command line says; no longer than what it was. */
const LINES = {
  sshd: 'sshd: /usr/sbin/sshd -D',
  nginx: 'nginx: worker process',
  postgres: 'postgres -D /srv/data',
  webapp: 'webapp --port 8080',
  firefox: 'firefox',
  thunderbird: 'thunderbird',
  ssh: 'ssh ann@198.51.100.22',
  curl: 'curl -u ann http://mirror.example.net/big.iso',
  restic: 'restic backup /home',
};

const [, , name] = process.argv;
process.title = LINES[name];
PROGRAMS[name]();
