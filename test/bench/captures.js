// Captures: netwatch beside tshark and ndpiReader on a capture of a million packets, and the memory it takes.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { BIN, fail, inTurn, isInstalled, line, nowhere } from './measure.js';

const RUNS = 3;
const EVERYTHING = 'summary,protocols,conversations,dns,http,tls,handshakes,expert';
const FILTER = 'dns';
const STREAM = '1000';
const SAMPLES = path.join(import.meta.dirname, '../../../shared/corpus/make_big.sh');
/** Prints the peak memory of a node program when it ends. */
const TELL_PEAK = 'data:text/javascript,process.on("exit",()=>console.error("peak",process.resourceUsage().maxRSS))';

/** Measures on a capture; null for none. */
export async function benchCaptures(file) {
  if (file === null) return skip('there is no capture: npm run bench -- captures FILE, of a million packets');
  const stats = ['node', BIN, 'stats', '-r', file, '--by', EVERYTHING, '-o', 'ndjson'];
  await memory(file);
  await beside('stats -r, eight statistics', stats, ['ndpiReader', '-q', '-i', file], 1);
  if (!isInstalled('tshark')) return skip('tshark is not installed');
  const tshark = ['tshark', '-n', '-r', file];
  await beside('stats -r, eight statistics', stats, [...tshark, '-q', '-z', 'io,phs'], 15);
  const follow = ['node', BIN, 'follow', '-r', file, '--stream', STREAM, '--as', 'raw'];
  await beside('follow --stream', follow, [...tshark, '-q', '-z', `follow,tcp,raw,${STREAM}`], 10);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-bench-'));
  try {
    const [ours, theirs] = ['ours.pcap', 'theirs.pcap'].map((name) => path.join(folder, name));
    const written = ['node', BIN, 'export', 'packets', '-r', file, '-f', FILTER, '-w', ours, '--force'];
    await beside('export packets -f', written, [...tshark, '-Y', FILTER, '-F', 'pcap', '-w', theirs], 10);
    const plain = ['node', BIN, 'export', 'packets', '-r', file, '-w', theirs, '--force'];
    const redacted = [...plain.with(-2, ours), '--redact', 'ips,hosts,macs'];
    await beside('export packets --redact', redacted, plain, 0.5);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
  const four = ['frame.number', 'ip.src', 'ip.dst', '_ws.col.Protocol'].flatMap((field) => ['-e', field]);
  const records = ['node', BIN, 'capture', '-r', file, '-o', 'ndjson'];
  await beside('capture -r -o ndjson, all fields', records, [...tshark, '-T', 'fields', ...four], 5);
}

async function beside(what, netwatch, peer, times) {
  if (!isInstalled(peer[0])) return skip(`${peer[0]} is not installed`);
  const promise = times === 1 ? 'faster' : `${times} times its speed`;
  const call = peer.filter((word) => !word.includes(path.sep)).join(' ');
  await line(`${what}, beside ${call}`, promise, () => {
    const [ours, theirs] = inTurn(RUNS, [netwatch, peer]);
    const seconds = (milliseconds) => (milliseconds / 1000).toFixed(2);
    return [
      theirs / ours > times,
      `${(theirs / ours).toFixed(2)} times (${seconds(ours)} beside ${seconds(theirs)} s)`,
    ];
  });
}

/** The peak of one run, and of one over the same packets twice. */
async function memory(file) {
  const stats = `node --import '${TELL_PEAK}' '${BIN}' stats -r - --by ${EVERYTHING} -o ndjson`;
  const isPcap = fs.readFileSync(file).readUInt32LE(0) !== 0x0a0d0d0a;
  const twice = isPcap ? `{ cat '${file}'; tail -c +25 '${file}'; }` : `cat '${file}' '${file}'`;
  for (const [what, input] of [
    ['once', `cat '${file}'`],
    ['the same packets twice over', twice],
  ]) {
    await line(`stats -r, eight statistics, memory, ${what}`, 'under 400 MB', () => {
      const { stderr, status } = spawnSync('sh', ['-c', `${input} | ${stats}`], {
        stdio: ['ignore', nowhere, 'pipe'],
        encoding: 'utf8',
      });
      if (status !== 0) fail(`stats ended with ${status}: ${stderr}`);
      const peakMb = Number(/peak (\d+)/.exec(stderr)[1]) / 1000;
      return [peakMb < 400, `${peakMb.toFixed(0)} MB at its peak`];
    });
  }
}

/** A capture of a million packets out of the sample captures, made once a machine; null without them. */
export function madeCapture() {
  if (!fs.existsSync(SAMPLES)) return null;
  const folder = path.join(os.tmpdir(), 'netwatch-bench');
  const file = path.join(folder, 'big_mixed.pcap');
  if (!fs.existsSync(file)) {
    const { status } = spawnSync('bash', [SAMPLES, path.join(path.dirname(SAMPLES), 'dev'), folder], {
      stdio: 'inherit',
    });
    if (status !== 0) fail(`${SAMPLES} ended with ${status}`);
  }
  return file;
}

function skip(why) {
  process.stdout.write(`skip   ${why}\n`);
}
