// Captures: netwatch beside tshark and ndpiReader on captures of a million packets of one kind of traffic each, and on a mix of
// all kinds. A ratio is of processor time, of the whole process and its threads; that of the time that passed stands beside it.
import path from 'node:path';
import { inFolder } from '../bundle.js';
import { BIN, isInstalled, leastOf, line, peakOf } from '../measure.js';
import { madeCapture, madeMix } from './made-captures.js';

const RUNS = 5;
const EVERYTHING = 'summary,protocols,conversations,dns,http,tls,handshakes,expert';
const STREAM = '1000';
const FOUR_FIELDS = ['frame.number', 'ip.src', 'ip.dst', '_ws.col.Protocol'].flatMap((field) => ['-e', field]);
const HEADER_FILTERS = ['port 443', 'host 192.168.1.2', 'tcp'];
/** The same questions in tshark's words. */
const SAME = {
  'port 443': 'tcp.port == 443 or udp.port == 443 or sctp.port == 443',
  'host 192.168.1.2': 'ip.addr == 192.168.1.2',
  tcp: 'tcp',
  dns: 'dns',
};

/** How many times the speed of tshark's protocol hierarchy is promised of each kind, and of ndpiReader. */
const PROMISED = {
  bulk: { eight: 6, protocols: 5, ndpi: 0.5 },
  dns: { eight: 2, protocols: 5, ndpi: 0.5 },
  quic: { eight: 2, protocols: 5, ndpi: 0.5 },
  voip: { eight: 6, protocols: 5, ndpi: 0.5 },
  scan: { eight: 2, protocols: 5, ndpi: 1 },
  mix: { eight: 5.5, protocols: 8, ndpi: 1 },
};

const netwatch = (...words) => ['node', BIN, ...words];
const statsOf = (file, by) => netwatch('stats', '-r', file, '--by', by, '-o', 'ndjson');

/** Measures on these kinds (all where none is named), or on the capture that is named. */
export async function benchCaptures(words) {
  const [named] = words.filter((word) => word.includes('.'));
  const kinds = words.filter((word) => word in PROMISED);
  if (named !== undefined) return benchMix(named);
  for (const kind of kinds.length === 0 ? Object.keys(PROMISED) : kinds) {
    if (kind !== 'mix') await benchKind(kind, await madeCapture(kind));
    else await benchMix(await madeMix());
  }
}

async function benchKind(kind, file) {
  await statistics(kind, file);
  if (kind === 'scan') {
    await memory('stats -r on a million flows, eight statistics', statsOf(file, EVERYTHING), 300);
  }
}

async function benchMix(file) {
  if (file === null) return skip('there are no sample captures to mix: npm run bench -- captures FILE');
  await statistics('mix', file);
  await packets(file);
  const follow = netwatch('follow', '-r', file, '--stream', STREAM, '--as', 'raw');
  await beside('follow --stream', follow, ['tshark', '-n', '-r', file, '-q', '-z', `follow,tcp,raw,${STREAM}`], 15);
  const stats = statsOf(file, EVERYTHING);
  await memory('stats -r on the mix, eight statistics', stats, 200);
  const tenTimes = `{ cat '${file}'; for again in 2 3 4 5 6 7 8 9 10; do tail -c +25 '${file}'; done; }`;
  const piped = statsOf('-', EVERYTHING).map((word) => `'${word}'`);
  await memory('the same, ten times over', ['sh', '-c', `${tenTimes} | ${piped.join(' ')}`], 200);
}

async function statistics(kind, file) {
  const { eight, protocols, ndpi } = PROMISED[kind];
  const tshark = ['tshark', '-n', '-q', '-r', file, '-z', 'io,phs'];
  await beside(`${kind}: stats, eight statistics`, statsOf(file, EVERYTHING), tshark, eight);
  await beside(`${kind}: stats --by protocols`, statsOf(file, 'protocols'), tshark, protocols);
  await beside(`${kind}: stats, eight statistics`, statsOf(file, EVERYTHING), ['ndpiReader', '-q', '-i', file], ndpi);
}

/** Packets written to files, and as records. */
async function packets(file) {
  await inFolder(async (folder) => {
    const [ours, theirs] = ['ours.pcap', 'theirs.pcap'].map((name) => path.join(folder, name));
    const exported = (...filter) => netwatch('export', 'packets', '-r', file, ...filter, '-w', ours, '--force');
    for (const filter of [...HEADER_FILTERS, 'dns']) {
      const tshark = ['tshark', '-n', '-r', file, '-Y', SAME[filter], '-F', 'pcap', '-w', theirs];
      await beside(`export packets -f '${filter}'`, exported('-f', filter), tshark, filter === 'dns' ? 10 : 25);
    }
    await beside('export packets --redact', exported('--redact', 'ips,hosts,macs'), exported(), 0.5);
  });
  const records = netwatch('capture', '-r', file, '-o', 'ndjson');
  await beside(
    'capture -r -o ndjson, all fields',
    records,
    ['tshark', '-n', '-r', file, '-T', 'fields', ...FOUR_FIELDS],
    5,
  );
}

async function beside(what, ours, peer, times) {
  if (!isInstalled(peer[0])) return skip(`${what}: ${peer[0]} is not installed`);
  const call = peer.filter((word) => !word.includes(path.sep)).join(' ');
  await line(`${what}, beside ${call}`, times === 1 ? 'not slower' : `${times} times its speed`, () => {
    const [a, b] = leastOf(RUNS, [ours, peer]);
    const ratio = (of) => (b[of] / a[of]).toFixed(2);
    const seconds = (of) => `${a[of].toFixed(2)} beside ${b[of].toFixed(2)} s`;
    return [
      b.cpu / a.cpu >= times,
      `${ratio('cpu')} times (${seconds('cpu')}); in time that passed ${ratio('wall')} times (${seconds('wall')})`,
    ];
  });
}

async function memory(what, command, most) {
  await line(`${what}, memory`, `at most ${most} MB`, () => {
    const mb = peakOf(command);
    return [mb <= most, `${mb.toFixed(0)} MB at its peak`];
  });
}

function skip(why) {
  process.stdout.write(`skip   ${why}\n`);
}
