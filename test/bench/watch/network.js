// Network namespaces of the bench: a machine to watch, and another at the far end of its cable.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SOCKETS = path.join(import.meta.dirname, '../loopback-sockets.js');
const SENDER = path.join(import.meta.dirname, 'send-packets.py');
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
let made = 0;

/** A machine with a cable `near` to another, `far`, through which its default route goes. */
export async function openNetwork() {
  const name = `nwbench-${process.pid}-${made++}`;
  const [machine, other] = [name, `${name}-far`];
  const children = [];
  const ip = (where, words) => execFileSync('ip', ['-n', where, ...words.split(' ')]);
  const inside = (where, command) => ['ip', 'netns', 'exec', where, ...command];
  for (const one of [machine, other]) {
    execFileSync('ip', ['netns', 'add', one]);
    ip(one, 'link set lo up');
  }
  ip(machine, `link add near type veth peer name far netns ${other}`);
  ip(machine, 'link set near up');
  ip(other, 'link set far up');
  ip(machine, 'addr add 10.0.0.1/8 dev near');
  ip(other, 'addr add 10.255.255.254/8 dev far');
  ip(machine, 'route add default via 10.255.255.254');
  while (/NO-CARRIER/.test(execFileSync('ip', ['-n', machine, 'link', 'show', 'near'], { encoding: 'utf8' })))
    await sleep(10);
  return {
    /** A command that runs there as root, or as nobody. */
    command: (words, isRoot = true) => inside(machine, [...(isRoot ? [] : NOBODY), ...words]),
    /** Opens connections on its loopback, two sockets each; resolves when they stand. */
    async connect(pairs, processes = 1) {
      for (let one = 0; one < processes; one++) {
        const [file, ...args] = inside(machine, [process.execPath, SOCKETS, String(Math.ceil(pairs / processes))]);
        const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
        children.push(child);
        await new Promise((resolve, reject) => {
          child.stdout.once('data', resolve);
          child.once('close', () => reject(new Error('the sockets could not be opened')));
        });
      }
    },
    /** Sends the packets of a pcap into `far`, again and again, so many a second; resolves to a function that ends it. */
    async send(file, packetsPerSecond) {
      const [command, ...args] = inside(other, ['python3', SENDER, 'far', file, String(packetsPerSecond)]);
      const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      children.push(child);
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text) => (said += text));
      const closed = new Promise((resolve) => child.once('close', resolve));
      await new Promise((resolve) => child.stdout.once('data', resolve));
      /** Resolves to the packets that were sent, and packets a second. */
      return async () => {
        child.stdin.end();
        await closed;
        const [, sent, seconds] = /sent (\d+) in ([\d.]+)/.exec(said);
        return { sent: Number(sent), rate: Number(sent) / Number(seconds) };
      };
    },
    /** How many packets the kernel has taken from the cable. */
    arrived: () =>
      Number(
        execFileSync('ip', ['netns', 'exec', machine, 'cat', '/sys/class/net/near/statistics/rx_packets'], {
          encoding: 'utf8',
        }),
      ),
    async close() {
      for (const child of children) child.stdin.end();
      await Promise.all(
        children.map((child) => child.exitCode ?? new Promise((resolve) => child.once('close', resolve))),
      );
      for (const one of [machine, other]) execFileSync('ip', ['netns', 'del', one]);
    },
  };
}

/** Why networks cannot be made here; null when they can. */
export function noNetworks() {
  if (process.getuid?.() !== 0) return 'needs root';
  const has = (tool) => process.env.PATH.split(':').some((folder) => fs.existsSync(path.join(folder, tool)));
  const missing = ['ip', 'setpriv', 'python3'].find((tool) => !has(tool));
  return missing === undefined ? null : `${missing} is not installed`;
}
