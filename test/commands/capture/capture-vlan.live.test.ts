import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pcap, readCapture } from '../../support/captures.ts';
import { ethernet, ipv4, u16, udp } from '../../support/headers.ts';
import { type LiveScene, noLiveCapture, openLiveScene, until } from '../../support/live-scene.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { openVethPair, type VethPair } from '../../support/veth-pair.ts';

const Q = 0x8100;
const AD = 0x88a8;
const IPV4 = 0x0800;
const ARP = 0x0806;

/** A datagram of a length between those of short and long frames, and its number. */
const datagram = (number: number): number[] =>
  ipv4(
    17,
    udp(1234, 9, [...u16(number), ...Array.from({ length: (number * 37) % 1400 }, (_, at) => (number + at) & 255)]),
  );

/** Types of a frame behind its addresses, before its payload: the kernel keeps the first tag apart, also one of zeros. */
const TYPES: Readonly<Record<string, readonly number[]>> = {
  untagged: u16(IPV4),
  five: [...u16(Q), ...u16(5), ...u16(IPV4)],
  'priority alone': [...u16(Q), ...u16(0x6000), ...u16(IPV4)],
  'of zeros': [...u16(Q), ...u16(0), ...u16(IPV4)],
  'two of 802.1Q': [...u16(Q), ...u16(5), ...u16(Q), ...u16(6), ...u16(IPV4)],
  'of a provider': [...u16(AD), ...u16(7), ...u16(Q), ...u16(5), ...u16(IPV4)],
  'of no datagram': [...u16(Q), ...u16(8), ...u16(ARP)],
};
const KINDS = Object.values(TYPES);
/** Of each kind: more than a block of the kernel holds of all. */
const EACH = 100;
const ALL = KINDS.length * EACH;

let scene: LiveScene;
let pair: VethPair;
let sent = '';
let running: ChildProcess | null = null;
beforeAll(async () => {
  if (noLiveCapture !== null) return;
  scene = openLiveScene('vlan');
  const quiet = ['sysctl', '-q', '-w', 'net.ipv6.conf.default.disable_ipv6=1'];
  execFileSync('ip', ['netns', 'exec', scene.name, ...quiet]);
  pair = await openVethPair(scene, 'nwvlan', 204);
  sent = path.join(scene.folder, 'sent.pcap');
  const frames = Array.from({ length: ALL }, (_, number) => {
    const kind = KINDS[number % KINDS.length]!;
    const plain = ethernet(IPV4, datagram(number));
    return { bytes: Uint8Array.from([...plain.slice(0, 12), ...kind, ...plain.slice(14)]) };
  });
  fs.writeFileSync(sent, pcap(frames));
});
afterAll(() => {
  running?.kill('SIGKILL');
  scene?.remove();
});

/** Starts tcpdump, whose file is the model; resolves when it captures. */
async function startTcpdump(file: string, count: number, words: readonly string[]) {
  const argv = ['tcpdump', '-Z', 'root', '-i', pair.near, '-c', String(count), '-w', file, ...words];
  const child = spawn('ip', ['netns', 'exec', scene.name, ...argv], { stdio: ['ignore', 'ignore', 'pipe'] });
  running = child;
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await until(() => said.includes('listening on'));
  return { ended };
}

async function framesOf(file: string) {
  const { frames, problems } = await readCapture(fs.readFileSync(file));
  expect(problems).toEqual([]);
  return frames.map(({ bytes, length }) => ({ bytes, length }));
}

describe.skipIf(noLiveCapture !== null || toolIsMissing('tcpdump') || toolIsMissing('python3'))(
  'frames with VLAN tags are written as tcpdump writes them',
  { timeout: 60_000 },
  () => {
    test.each<[string, string, number, readonly string[]]>([
      ['v.pcap', '', ALL, []],
      ['v.pcapng', '', ALL, []],
      ['v.pcap', '', ALL, ['--packet-buffered']],
      ['v.pcapng', '', ALL, ['--rotate-size', '1GB']],
      ['v.pcap', '', ALL, ['--snaplen', '64']],
      ['v.pcap', 'vlan', 6 * EACH, []],
      ['v.pcap', 'vlan 5', 2 * EACH, []],
      ['v.pcapng', 'vlan 5', 2 * EACH, ['--rotate-size', '1GB']],
      ['v.pcap', 'vlan and udp', 3 * EACH, ['--packet-buffered']],
      ['v.pcap', 'vlan and udp', 3 * EACH, []],
      ['v.pcap', 'vlan and vlan', 2 * EACH, []],
      ['v.pcap', 'not vlan', EACH, []],
    ])('%s --bpf "%s": %i %j', async (name, bpf, count, options) => {
      const folder = fs.mkdtempSync(path.join(scene.folder, 'v-'));
      const model = path.join(folder, 'model');
      const snap = options[0] === '--snaplen' ? ['-s', options[1]!] : [];
      const modelled = await startTcpdump(model, count, [...snap, ...(bpf === '' ? [] : [bpf])]);
      const filter = bpf === '' ? [] : ['--bpf', bpf];
      const argv = ['capture', '-i', pair.near, ...filter, '-c', String(count), '-w', path.join(folder, name)];
      const run = scene.start([...argv, ...options]);
      await run.capturing;
      pair.sendFrames(sent);
      const { status, said } = await run.ended;
      expect([status, said]).toEqual([0, expect.stringContaining(`${count} packets captured`)]);
      await modelled.ended;
      const [ours] = fs.readdirSync(folder).filter((file) => file.startsWith('v'));
      const written = await framesOf(path.join(folder, ours!));
      expect(written).toEqual(await framesOf(model));
      expect(written).toHaveLength(count);
    });

    test('and as they were sent', async () => {
      const file = path.join(scene.folder, 'as-sent.pcap');
      const run = scene.start(['capture', '-i', pair.near, '-c', String(ALL), '-w', file]);
      await run.capturing;
      pair.sendFrames(sent);
      expect((await run.ended).status).toBe(0);
      expect(await framesOf(file)).toEqual(await framesOf(sent));
    });
  },
);
