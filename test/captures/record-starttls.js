// Records tls-starttls.pcap and tls-close.pcap with their key logs: `unshare -n node test/captures/record-starttls.js`, as root.
// TLS that begins inside another protocol, a line each way in clear and then inside. See README.md.
import { execFileSync, spawn } from 'node:child_process';
import dgram from 'node:dgram';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import tls from 'node:tls';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-record-'));
const [keyFile, certFile] = ['key.pem', 'cert.pem'].map((name) => path.join(folder, name));
execFileSync(
  'openssl',
  [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'],
    ...['-subj', '/CN=secure.example', '-keyout', keyFile, '-out', certFile],
  ],
  { stdio: 'ignore' },
);
const identity = { key: fs.readFileSync(keyFile), cert: fs.readFileSync(certFile) };
let keyLog = [];
const hex = (text) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const ascii = (text) => Buffer.from(text, 'latin1');

/** What each side says in turn, the client first: in clear, then in TLS; null where it says nothing. */
const CONVERSATIONS = [
  {
    port: 143,
    clear: [[null, '* OK ready\r\n'], ['a1 STARTTLS\r\n', 'a1 OK begin\r\n']],
    secure: [['a2 CAPABILITY\r\n', '* CAPABILITY IMAP4rev1\r\na2 OK done\r\n'], ['a3 LOGOUT\r\n', '* BYE\r\na3 OK\r\n']],
  },
  {
    port: 110,
    clear: [[null, '+OK ready\r\n'], ['STLS\r\n', '+OK begin\r\n']],
    secure: [['CAPA\r\n', '+OK\r\nUSER\r\n.\r\n'], ['QUIT\r\n', '+OK bye\r\n']],
  },
  {
    port: 21,
    clear: [[null, '220 ready\r\n'], ['AUTH TLS\r\n', '234 begin\r\n']],
    secure: [['USER ann\r\n', '331 and the password\r\n'], ['QUIT\r\n', '221 bye\r\n']],
  },
  {
    port: 5432,
    clear: [[hex('00000008 04d2162f'), 'S']],
    secure: [
      [Buffer.concat([hex('00000012 00030000'), ascii('user\0ann\0\0')]), hex('52 00000008 00000000 5a 00000005 49')],
      [Buffer.concat([hex('51 0000000d'), ascii('select 1\0')]), hex('43 0000000d 53454c4543542031 00 5a 00000005 49')],
    ],
  },
  {
    port: 3306,
    clear: [
      [null, Buffer.concat([hex('33 000000 0a'), ascii('8.0.36\0'), hex('07000000 6162636465666768 00 ffff ff 0200 ffdf 15'), Buffer.alloc(10), hex('6162636465666768696a6b00')])],
      [hex('20 000001 85aeff19 00000001 ff 0000000000000000000000000000000000000000000000'), null],
    ],
    secure: [
      [Buffer.concat([hex('28 000002 85aeff19 00000001 ff 0000000000000000000000000000000000000000000000'), ascii('ann\0\0xyz')]), hex('07 000003 00000002000000')],
      [Buffer.concat([hex('09 000000 03'), ascii('select 1')]), hex('07 000001 00000002000000')],
    ],
  },
  {
    port: 389,
    clear: [
      [Buffer.concat([hex('301d 020101 7718 8016'), ascii('1.3.6.1.4.1.1466.20037')]), Buffer.concat([hex('3024 020101 781f 0a0100 0400 0400 8a16'), ascii('1.3.6.1.4.1.1466.20037')])],
    ],
    secure: [[hex('300c 020102 6007 020103 0400 8000'), hex('300c 020102 6107 0a0100 0400 0400')]],
  },
  {
    port: 5222,
    clear: [
      ["<?xml version='1.0'?><stream:stream to='secure.example' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>", "<?xml version='1.0'?><stream:stream from='secure.example' id='1' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>"],
      ["<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>", "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"],
    ],
    secure: [["<?xml version='1.0'?><stream:stream to='secure.example' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>", "<?xml version='1.0'?><stream:stream from='secure.example' id='2' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"]],
  },
  {
    port: 8080,
    clear: [['CONNECT secure.example:443 HTTP/1.1\r\nHost: secure.example:443\r\n\r\n', 'HTTP/1.1 200 Connection established\r\n\r\n']],
    secure: [
      ['GET /through HTTP/1.1\r\nHost: secure.example\r\n\r\n', 'HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n'],
      ['GET /missing HTTP/1.1\r\nHost: secure.example\r\n\r\n', 'HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n'],
    ],
  },
  {
    port: 25,
    clear: [[null, '220 ready\r\n'], ['EHLO ann\r\n', '250-secure.example\r\n250 STARTTLS\r\n'], ['STARTTLS\r\n', '220 begin\r\n']],
    secure: [['EHLO ann\r\n', '250 secure.example\r\n'], ['QUIT\r\n', '221 bye\r\n']],
  },
];

execFileSync('ip', ['link', 'set', 'lo', 'up']);
await record('tls-starttls', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3']) {
    for (const conversation of CONVERSATIONS) await talk(conversation, version);
    await talkInTds(version);
    await talkInOpenvpn(version);
  }
});
await record('tls-close', async () => {
  for (const version of ['TLSv1.2', 'TLSv1.3']) await readUntilClose(version);
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

/** A server that answers in clear, then in TLS. */
async function talk({ port, clear, secure }, version) {
  const server = net.createServer({ noDelay: true }, async (socket) => {
    for (const [question, answer] of clear) {
      if (question !== null) await once(socket, 'data');
      if (answer !== null) socket.write(answer);
    }
    answerIn(new tls.TLSSocket(socket, { isServer: true, ...identity, maxVersion: version }), secure);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  for (const [question, answer] of clear) {
    if (question !== null) socket.write(question);
    // TLS in the same segment would go to who reads what is in clear
    await (answer === null ? sleep(50) : once(socket, 'data'));
  }
  await askIn(tls.connect({ socket, rejectUnauthorized: false, maxVersion: version }), secure);
  server.close();
}

async function answerIn(secured, pairs) {
  secured.on('error', () => {});
  for (const [, answer] of pairs) {
    await once(secured, 'data');
    secured.write(answer);
  }
  secured.on('end', () => secured.end()).resume();
}

async function askIn(client, pairs) {
  client.on('keylog', (line) => keyLog.push(line.toString()));
  await once(client, 'secureConnect');
  await sleep(20);
  for (const [question] of pairs) {
    client.write(question);
    await once(client, 'data');
    await sleep(20);
  }
  client.end();
  await Promise.race([once(client, 'close'), sleep(300)]);
}

/** A response whose end is that of the session (RFC 9112, 6.3), its body in three records. */
async function readUntilClose(version) {
  const server = tls.createServer({ ...identity, maxVersion: version }, (secured) =>
    secured.once('data', async () => {
      for (const piece of ['HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n', 'one\n', 'two\n']) {
        secured.write(piece);
        await sleep(20);
      }
      secured.end();
    }),
  );
  server.listen(4600, '127.0.0.1');
  await once(server, 'listening');
  const client = tls.connect({ port: 4600, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: version });
  client.on('keylog', (line) => keyLog.push(line.toString())).resume();
  await once(client, 'secureConnect');
  client.write('GET /closing HTTP/1.0\r\nHost: secure.example\r\n\r\n');
  await once(client, 'close');
  server.close();
}

/** One end of a stream whose bytes another protocol carries: `carry` sends them, `push` takes what came. */
function carried(carry) {
  return new Duplex({
    read() {},
    write(bytes, _encoding, done) {
      carry(bytes);
      done();
    },
    final(done) {
      done();
    },
  });
}

/** MS-TDS 3.2.5.1: the handshake in pre-login packets, what follows without. */
async function talkInTds(version) {
  const prelogin = hex('12 01 002f 0000 0000 00001a0006 010020 0001 02 0021 0001 03 0022 0004 04 0026 0001 ff 0c000000 0000 01 00 00000000 00');
  const reply = Buffer.from(prelogin);
  reply[0] = 4;
  const packetOf = (type, bytes) => Buffer.concat([Buffer.from([type, 1, (bytes.length + 8) >> 8, (bytes.length + 8) & 255, 0, 0, 1, 0]), bytes]);
  const inside = (socket) => {
    let isOpen = false;
    let waiting = Buffer.alloc(0);
    const stream = carried((bytes) => socket.write(isOpen ? bytes : packetOf(18, bytes)));
    socket.on('data', (bytes) => {
      waiting = Buffer.concat([waiting, bytes]);
      while (waiting.length >= 8 && waiting[0] === 18 && waiting.length >= waiting.readUInt16BE(2)) {
        stream.push(waiting.subarray(8, waiting.readUInt16BE(2)));
        waiting = waiting.subarray(waiting.readUInt16BE(2));
      }
      if (waiting.length > 0 && waiting[0] !== 18) {
        stream.push(waiting);
        waiting = Buffer.alloc(0);
      }
    });
    socket.on('end', () => stream.push(null)).on('error', () => {});
    return { stream, open: () => (isOpen = true) };
  };
  const pairs = [
    [packetOf(16, hex('4c000000 04000074 00100000 00000007 64000000 00000000 e0030000 00000000 09040000 5e000000 5e000000 5e000000 5e000000 5e000000 5e000000 5e000000 5e000000').subarray(0, 76)), packetOf(4, hex('fd 0000 0000 0000000000000000'))],
    [packetOf(1, Buffer.concat([hex('16000000 12000000 0200 0000000000000000 01000000'), Buffer.from('select 1', 'utf16le')])), packetOf(4, hex('fd 1000 c100 0100000000000000'))],
  ];
  const server = net.createServer({ noDelay: true }, async (socket) => {
    await once(socket, 'data');
    socket.write(reply);
    const { stream, open } = inside(socket);
    const secured = new tls.TLSSocket(stream, { isServer: true, ...identity, maxVersion: version });
    secured.once('secure', () => setImmediate(open));
    await answerIn(secured, pairs);
  });
  server.listen(1433, '127.0.0.1');
  await once(server, 'listening');
  const socket = net.connect({ port: 1433, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  socket.write(prelogin);
  await once(socket, 'data');
  const { stream, open } = inside(socket);
  const client = tls.connect({ socket: stream, rejectUnauthorized: false, maxVersion: version });
  client.once('secureConnect', () => setImmediate(open));
  await askIn(client, pairs);
  socket.destroy();
  server.close();
}

/** Control messages of OpenVPN over UDP, as without tls-auth, cut where the program cuts them. */
async function talkInOpenvpn(version) {
  const [server, client] = [dgram.createSocket('udp4'), dgram.createSocket('udp4')];
  server.bind(1194, '127.0.0.1');
  await once(server, 'listening');
  client.bind(0, '127.0.0.1');
  await once(client, 'listening');
  const end = (socket, port, session) => {
    let number = 0;
    const stream = carried((bytes) => {
      for (let at = 0; at < bytes.length; at += 100) {
        const head = Buffer.alloc(14);
        head[0] = 4 << 3;
        head.set(session, 1);
        head.writeUInt32BE(++number, 10);
        socket.send(Buffer.concat([head, bytes.subarray(at, at + 100)]), port, '127.0.0.1');
      }
    });
    socket.on('message', (message) => stream.push(message.subarray(14)));
    return stream;
  };
  const pairs = [[ascii('\0\0\0\0\x02 the keys of the client\0'), ascii('\0\0\0\0\x02 the keys of the server\0')], ['PUSH_REQUEST\0', 'PUSH_REPLY,ping 10\0']];
  const secured = new tls.TLSSocket(end(server, client.address().port, hex('a1a2a3a4a5a6a7a8')), { isServer: true, ...identity, maxVersion: version });
  const answered = answerIn(secured, pairs);
  await askIn(tls.connect({ socket: end(client, 1194, hex('b1b2b3b4b5b6b7b8')), rejectUnauthorized: false, maxVersion: version }), pairs);
  await answered;
  await sleep(100);
  server.close();
  client.close();
}
