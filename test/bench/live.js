// Live capture: netwatch capture -w beside tcpdump -w, on a veth pair of a namespace made for it, at the highest rate that
// tcpreplay reaches: what is lost, and the CPU time it takes.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BIN, cpuSeconds, isInstalled, line } from './measure.js';

const NS = `nwbench-${process.pid}`;
const PACKETS = 200_000;
const LOOPS = 5;
const LONGEST = 9000;

/** Replays the first packets of the capture named. */
export async function benchLive(named) {
  if (process.getuid?.() !== 0) return skip('live capture needs root');
  const missing = ['ip', 'tcpdump', 'tcpreplay', 'editcap'].find((tool) => !isInstalled(tool));
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
    await line(
      'capture -w on a veth at the highest rate',
      'no loss, at most 2 times the CPU of tcpdump -w',
      async () => {
        const into = (name) => ['-i', 'va', '-w', path.join(folder, name)];
        const theirs = await captured(['tcpdump', '-Z', 'root', ...into('theirs.pcap')], replayed);
        const ours = await captured([process.execPath, BIN, 'capture', ...into('ours.pcap')], replayed);
        const times = ours.cpu / theirs.cpu;
        const figure = `${ours.dropped} dropped at ${ours.rate} packets/s (tcpdump ${theirs.dropped} at ${theirs.rate}), ${times.toFixed(2)} times its CPU`;
        return [ours.dropped <= theirs.dropped && times <= 2, figure];
      },
    );
  } finally {
    execFileSync('ip', ['netns', 'del', NS]);
    fs.rmSync(folder, { recursive: true });
  }
}

/** Runs a capture while the packets are replayed; what the kernel dropped, and the CPU seconds of it and its children. */
async function captured(command, replayed) {
  const child = spawn('ip', ['netns', 'exec', NS, ...command], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (said += text));
  await sleep(1500);
  const sent = execFileSync(
    'ip',
    ['netns', 'exec', NS, 'tcpreplay', '-q', '-i', 'vb', '--topspeed', '-l', String(LOOPS), '--preload-pcap', replayed],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  await sleep(1500);
  const cpu = familyOf(child.pid).reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  child.kill('SIGINT');
  await new Promise((resolve) => child.on('close', resolve));
  const dropped = Number(/(\d+) (?:packets )?dropped by (?:the )?kernel/.exec(said)[1]);
  return { cpu, dropped, rate: Math.round(Number(/([\d.]+) pps/.exec(sent)[1])) };
}

function familyOf(pid) {
  const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return [pid, ...children.map(Number).flatMap(familyOf)];
}

function skip(why) {
  process.stdout.write(`skip   ${why}\n`);
}
