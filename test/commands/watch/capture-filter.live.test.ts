import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pcap } from '../../support/captures.ts';
import { udpFrame } from '../../support/frames.ts';
import { type LiveScene, noLiveCapture, openLiveScene, until } from '../../support/live-scene.ts';
import { BIN } from '../../support/program.ts';
import { attempts } from '../../support/tcp-attempts.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { openVethPair, type VethPair } from '../../support/veth-pair.ts';
import { type WatchedScreen, watchScreen } from '../../support/watched-screen.ts';

const NEAR = 'nwfilter';
/** What is more than expected has come after so long. */
const SETTLED_MS = 300;
/** A look has begun and ended after so long. */
const LOOKED_MS = 1500;
/** The frame with a VLAN tag, which the kernel takes out of it and keeps apart. */
const tagged = (frame: Uint8Array, vlan: number): Uint8Array =>
  new Uint8Array([...frame.subarray(0, 12), 0x81, 0, 0, vlan, ...frame.subarray(12)]);

const many = (count: number, srcPort: number, dstPort: number): Uint8Array[] =>
  Array.from({ length: count }, (_, n) => udpFrame({ srcPort, dstPort }, [n, 2, 3]));

const FRAMES = [
  ...many(7, 4000, 9),
  ...many(5, 4001, 53),
  ...many(3, 4002, 123).map((frame) => tagged(frame, 5)),
  ...many(2, 4003, 124).map((frame) => tagged(frame, 6)),
  ...attempts(11, (n) => ({ at: n, port: 2000 + n, clientPort: 50_000 + n, ends: 'refused' })).map(
    ({ bytes }) => bytes,
  ),
];

const missing =
  noLiveCapture ?? (toolIsMissing('tcpdump') || toolIsMissing('python3') ? 'needs tcpdump and python3' : null);

describe.skipIf(missing !== null)('another filter for the capture that runs, by root', () => {
  let scene: LiveScene;
  let screen: WatchedScreen;
  let pair: VethPair;
  let file: string;
  /** Packets that are shown. */
  let held = 0;

  const countIn = (title: string): number => Number(/ Packets (\d+) /.exec(`${title} `)?.[1]);
  const countShown = (): number => countIn(screen.lines()[1]!);
  const send = (): void => pair.sendFrames(file);
  /** Sends all frames while tcpdump captures too; resolves to how many of them it takes with the same filter, at least so many. */
  const sendBesideTcpdump = async (filter: string, least: number): Promise<number> => {
    // its buffer has room for few packets of the usual length
    const args = ['-i', NEAR, '-p', '-n', '-l', '--immediate-mode', '-s', '256', '-Z', 'root', '--', filter];
    const tcpdump = spawn('ip', ['netns', 'exec', scene.name, 'tcpdump', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let taken = 0;
    tcpdump.stdout.setEncoding('latin1').on('data', (text: string) => (taken += text.split('\n').length - 1));
    let said = '';
    tcpdump.stderr.setEncoding('latin1').on('data', (text: string) => (said += text));
    await until(() => said.includes('listening on'));
    send();
    await until(() => taken >= least);
    await sleep(SETTLED_MS);
    const all = taken;
    const closed = new Promise((resolve) => tcpdump.on('close', resolve));
    tcpdump.kill('SIGINT');
    await closed;
    return all;
  };
  const refilter = async (bpf: string): Promise<void> => {
    screen.press('b', 'clear', bpf, 'enter');
    await screen.shows(bpf === '' ? 'captured is from now on everything' : `captured is from now on: ${bpf}`);
    const [, title] = screen.lines();
    if (bpf === '') expect(title).not.toContain('bpf: ');
    else expect(`${title}  `).toContain(`  bpf: ${bpf}  `);
  };
  /** Sends all frames; what is shown then is more by what tcpdump counts, and by that alone. */
  const expectWhatTcpdumpTakes = async (filter: string, count: number): Promise<void> => {
    const more = await sendBesideTcpdump(filter, count);
    expect([filter, more]).toEqual([filter, count]);
    held += more;
    await screen.shows(` Packets ${held} `);
    await sleep(SETTLED_MS);
    expect(`${screen.lines()[1]} `).toContain(` Packets ${held} `);
  };

  beforeAll(async () => {
    scene = openLiveScene('filter');
    const exec = ['netns', 'exec', scene.name];
    execFileSync('ip', [...exec, 'sysctl', '-qw', 'net.ipv6.conf.default.disable_ipv6=1']);
    pair = await openVethPair(scene, NEAR, 79);
    file = path.join(scene.folder, 'sent.pcap');
    fs.writeFileSync(file, pcap(FRAMES.map((bytes, n) => ({ bytes, seconds: 1, fraction: n }))));
    const options = ['--tab', 'packets', '-i', NEAR, '--no-probe', '--no-dns', '--ai', 'never', '--bpf', 'port 1'];
    const command = ['ip', ...exec, process.execPath, BIN, 'watch', ...options];
    screen = watchScreen([140, 30], command, { HOME: scene.folder });
    await screen.shows('bpf: port 1');
  });
  afterAll(async () => {
    await screen?.close();
    scene?.remove();
  });

  test('holds for what comes from then on, and what was caught before stays', async () => {
    await screen.shows('no packets so far');
    send();
    await refilter('udp port 9');
    await expectWhatTcpdumpTakes('udp port 9', 7);
    await refilter('tcp');
    await expectWhatTcpdumpTakes('tcp', 22);
    await refilter('vlan 5');
    await expectWhatTcpdumpTakes('vlan 5', 3);
    await refilter('port domain or host localhost');
    await expectWhatTcpdumpTakes('port domain or host localhost', 5);
  });

  test('one that does not compile leaves the old one, and says why and where', async () => {
    screen.press('b', 'clear', 'port domain or port nosuchport', 'enter');
    await screen.shows("unknown port 'nosuchport'");
    expect(screen.lines()[1]).toContain('bpf: port domain or host localhost');
    screen.press('esc');
    await screen.until((lines) => !lines.join('\n').includes('nosuchport'));
    await expectWhatTcpdumpTakes('port domain or host localhost', 5);
  });

  test('bookmarks and the selected packet stay, and y copies a command with the filter that holds', async () => {
    screen.press('home', 'm');
    await screen.shows('★1');
    await refilter('udp and not port 53');
    await screen.shows('★1');
    screen.press('y');
    await screen.shows(`sudo netwatch capture -i ${NEAR} --bpf 'udp and not port 53'`);
    screen.press('esc');
    await screen.shows('─ Layers 1 ');
  });

  test('emptied it is none', async () => {
    await refilter('');
    await expectWhatTcpdumpTakes('', FRAMES.length);
  });

  test('comes through a flood, and ends it', async () => {
    const flood = await scene.run(pair.endless);
    await screen.until(([, title]) => countIn(title!) > held + 10_000);
    await refilter('tcp');
    flood.kill();
    // what had come before the filter is shown later: packets wait while the machine is looked at, each second
    do {
      held = countShown();
      await sleep(LOOKED_MS);
    } while (countShown() !== held);
    await expectWhatTcpdumpTakes('tcp', 22);
    screen.press('q');
    expect(await screen.ended).toBe(0);
  });
});
