// Listens where README sends records: `receivers.js` serves OTLP on the ports 4318 and 8428 of 127.0.0.1, and counts what comes there and to the
// servers of NATS; the counts are in the file received.json. `receivers.js stream add …` stands for the program
// `nats`, which no registry here has.
import fs from 'node:fs';
import http from 'node:http';
import { parseArgs } from 'node:util';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

/** One that is talked to in clear, and one over TLS. */
const SERVERS = [
  { servers: '127.0.0.1' },
  { servers: '127.0.0.2', tls: { caFile: process.env.SSL_CERT_FILE }, user: 'ada', pass: 'geheim' },
];
/** Of a collector, and of VictoriaMetrics. */
const OTLP_PORTS = [4318, 8428];
const [, , word, ...words] = process.argv;
const received = { nats: 0, '/v1/logs': 0, '/v1/metrics': 0 };
const count = (what) => {
  received[what]++;
  fs.writeFileSync('received.new', JSON.stringify(received));
  fs.renameSync('received.new', 'received.json');
};

if (word === 'stream') await addStream(words);
else {
  if (word === 'nats') await listenToNats();
  for (const port of OTLP_PORTS) await listenToOtlp(port);
  process.stdout.write('ready');
}

function listenToOtlp(port) {
  const server = http.createServer((request, response) => {
    request.resume().on('end', () => response.end());
    count(request.url.slice(request.url.indexOf('/v1/')));
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', resolve));
}

async function listenToNats() {
  for (const server of SERVERS) {
    const connection = await connect(server);
    connection.subscribe('netwatch.>', { callback: () => count('nats') });
    await connection.flush();
  }
}

async function addStream(args) {
  const options = Object.fromEntries(['subjects', 'storage', 'dupe-window'].map((name) => [name, { type: 'string' }]));
  const { positionals, values } = parseArgs({ args, options, allowPositionals: true });
  const [, minutes] = /^(\d+)m$/.exec(values['dupe-window']);
  for (const server of SERVERS) {
    const connection = await connect(server);
    await (await jetstreamManager(connection)).streams.add({
      name: positionals[1],
      subjects: [values.subjects],
      storage: values.storage,
      duplicate_window: Number(minutes) * 60e9,
    });
    await connection.close();
  }
}
