// Live capture: netwatch capture -w beside tcpdump -w, and its rotation beside those of dumpcap and tcpdump, on a veth pair of
// a namespace made for it, at 100,000 packets/s and at the highest rate that tcpreplay reaches: the CPU time of all processes
// from start to end, and what is lost. All have the same kernel buffer, and the two that are compared the same format.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BIN, fail, isInstalled, line } from './measure.js';

const NS = `nwbench-${process.pid}`;
const PACKETS = 200_000;
const RUNS = 3;
const LONGEST = 9000;
/** For 20 s; of what comes as fast as it can there is less, or the disk would be measured. */
const STEADY = { title: '100,000 packets/s', options: ['--pps=100000', '-l', '10'] };
const HIGHEST = { title: 'the highest rate', options: ['--topspeed', '-l', '5'] };
const BUFFER_MIB = 16;
const FILE_MB = 50;
const FILES = 5;

/** Replays the first packets of the capture named. */
export async function benchLive(named) {
  if (process.getuid?.() !== 0) return skip('live capture needs root');
  const tools = ['ip', 'tcpdump', 'dumpcap', 'tcpreplay', 'editcap', 'python3'];
  const missing = tools.find((tool) => !isInstalled(tool));
  if (missing !== undefined) return skip(`live capture: ${missing} is not installed`);
  if (named === null) return skip('live capture: there is no capture to replay');
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-bench-'));
  const replayed = path.join(folder, 'replayed.pcap');
  execFileSync('editcap', ['-F', 'pcap', '-r', named, replayed, `1-${PACKETS}`], { stdio: 'ignore' });
  execFileSync('ip', ['netns', 'add', NS]);
  try {
    for (const words of [
      'link add va type veth peer name vb',
      `link set va up mtu ${LONGEST}`,
      `link set vb up mtu ${LONGEST}`,
    ]) {
      execFileSync('ip', ['-n', NS, ...words.split(' ')]);
    }
    await sleep(1000);
    const written = path.join(folder, 'written');
    const inTurn = (commands, rate) => leastInTurn(commands, rate, replayed, written);
    await benchFile(path.join(written, 'one'), inTurn);
    await benchRotation(path.join(written, 'one'), inTurn);
  } finally {
    execFileSync('ip', ['netns', 'del', NS]);
    fs.rmSync(folder, { recursive: true });
  }
}

async function benchFile(file, inTurn) {
  for (const rate of [STEADY, HIGHEST]) {
    await line(`capture -w at ${rate.title}`, 'none lost, at most 1.3 times the CPU of tcpdump -w', async () => {
      const [theirs, pcap, pcapng] = await inTurn(
        [tcpdump('-w', `${file}.pcap`), netwatch('-w', `${file}.pcap`), netwatch('-w', `${file}.pcapng`)],
        rate,
      );
      const figures = [beside(pcap, theirs), `as pcapng ${beside(pcapng, theirs)}`, `tcpdump ${told(theirs)}`];
      return [pcap.lost === 0 && pcap.cpu <= 1.3 * theirs.cpu, figures.join('; ')];
    });
  }
}

async function benchRotation(file, inTurn) {
  const promise = 'none lost, at most 1.5 times the CPU of dumpcap -b';
  await line(`capture --rotate-size at ${STEADY.title}`, promise, async () => {
    const ring = ['-b', `filesize:${FILE_MB * 1000}`, '-b', `files:${FILES}`];
    const [theirs, ours, split] = await inTurn(
      [
        ['dumpcap', '-q', '-i', 'va', '-B', String(BUFFER_MIB), ...ring, '-w', `${file}.pcapng`],
        netwatch('--rotate-size', `${FILE_MB}MB`, '--rotate-keep', String(FILES), '-w', `${file}.pcapng`),
        tcpdump('-C', String(FILE_MB), '-W', String(FILES), '-w', `${file}.pcap`),
      ],
      STEADY,
    );
    const figures = [beside(ours, theirs), `dumpcap ${told(theirs)}`, `tcpdump -C ${told(split)}`];
    return [ours.lost === 0 && ours.cpu <= 1.5 * theirs.cpu, figures.join('; ')];
  });
}

const netwatch = (...words) => [
  ...[process.execPath, BIN, 'capture', '-i', 'va', '--buffer', `${BUFFER_MIB}MiB`],
  ...words,
];
const tcpdump = (...words) => ['tcpdump', '-Z', 'root', '-i', 'va', '-B', String(BUFFER_MIB * 1024), ...words];

const beside = (ours, theirs) => `${(ours.cpu / theirs.cpu).toFixed(2)} times, ${told(ours)}`;
const told = ({ cpu, lost, rate }) => `${cpu.toFixed(2)} s, ${lost} lost at ${rate} packets/s`;

/** Each command in turn, several times: its least CPU time, what it lost in all its runs, and the highest rate of them. */
async function leastInTurn(commands, rate, replayed, written) {
  const least = commands.map(() => ({ cpu: Number.POSITIVE_INFINITY, lost: 0, rate: 0 }));
  for (let run = 0; run < RUNS; run++) {
    for (const [index, command] of commands.entries()) {
      fs.mkdirSync(written);
      const one = await captured(command, rate, replayed);
      fs.rmSync(written, { recursive: true });
      const of = least[index];
      of.cpu = Math.min(of.cpu, one.cpu);
      of.lost += one.lost;
      of.rate = Math.max(of.rate, one.rate);
    }
  }
  return least;
}

/** Runs a capture while the packets are replayed: CPU seconds of all its processes, and what the kernel dropped. */
async function captured(command, { options }, replayed) {
  const inside = ['ip', 'netns', 'exec', NS];
  const child = spawn('python3', ['-c', COUNTED, ...inside, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  let cpu = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (cpu += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  await sleep(1500);
  const sent = execFileSync(
    inside[0],
    [...inside.slice(1), 'tcpreplay', '-q', '-i', 'vb', ...options, '--preload-pcap', replayed],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  await sleep(1500);
  child.kill('SIGINT');
  await new Promise((resolve) => child.on('close', resolve));
  // dumpcap's word is another
  const lost = /(\d+) (?:packets )?dropped by (?:the )?kernel/.exec(said) ?? /\(pcap:(\d+)\//.exec(said);
  if (lost === null) fail(`${command[0]} did not say what it lost: ${said}`);
  return { cpu: Number(cpu), lost: Number(lost[1]), rate: Math.round(Number(/([\d.]+) pps/.exec(sent)[1])) };
}

// getrusage(2) of what was waited for. A subreaper (prctl(2)) waits for what its child left behind, too.
const COUNTED = `
import ctypes, os, resource, signal, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
signal.signal(signal.SIGINT, lambda *_: child.send_signal(signal.SIGINT))
child.wait()
try:
    while True: os.wait()
except ChildProcessError: pass
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime)
`;

function skip(why) {
  process.stdout.write(`skip   ${why}\n`);
}
