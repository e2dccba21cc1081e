import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pcap } from '../../support/captures.ts';
import { type LiveScene, noLiveCapture, openLiveScene } from '../../support/live-scene.ts';
import { BIN, netwatch } from '../../support/program.ts';
import { attempts } from '../../support/tcp-attempts.ts';
import { TcpConversation } from '../../support/tcp-conversation.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { openVethPair, type VethPair } from '../../support/veth-pair.ts';
import { type WatchedScreen, watchScreen } from '../../support/watched-screen.ts';

const LOOPBACK = path.join(import.meta.dirname, '../../captures/loopback.pcap');
const NEAR = 'nwscreen';
/** The frames of a little-endian pcap. */
function framesOf(file: string): readonly Uint8Array[] {
  const bytes = fs.readFileSync(file);
  const frames: Uint8Array[] = [];
  for (let at = 24; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at + 8);
    frames.push(bytes.subarray(at + 16, at + 16 + length));
    at += 16 + length;
  }
  return frames;
}

/** A conversation in which a segment is sent twice, and that is reset; `more` comes later. */
function troubled(): { readonly frames: readonly Uint8Array[]; readonly more: readonly Uint8Array[] } {
  const talk = new TcpConversation(7000);
  talk.client([], 0x10);
  talk.client('first line\n');
  const sent = talk.frames.at(-1)!;
  talk.server('an answer\n');
  const frames = [...talk.frames, sent];
  talk.client('another line\n');
  const more = [talk.frames.at(-1)!];
  return { frames, more };
}

const TROUBLED = troubled();
const SCANNED = attempts(25, (n) => ({ at: n, port: 2000 + n, clientPort: 50_000 + n, ends: 'refused' }));
const FRAMES = [...framesOf(LOOPBACK), ...TROUBLED.frames, ...SCANNED.map(({ bytes }) => bytes)];

/** What is filtered by: for netwatch, and for tshark where it says that otherwise. */
const FILTERS: Readonly<Record<string, string>> = {
  tcp: 'tcp',
  'tls.handshake': 'tls.handshake',
  'tcp.flags.reset == 1': 'tcp.flags.reset == 1',
  'not tcp and port 53': '!tcp && udp.port == 53',
  'tcp and ip': 'tcp && ip',
  http: 'http',
  'tcp.analysis.retransmission': 'tcp.analysis.retransmission',
};

/** What tshark says of all frames, from one run: it takes a second to start. */
interface Said {
  /** Packets that pass, by the filter of netwatch. */
  readonly picked: ReadonlyMap<string, number>;
  /** Of each frame: number, ends, length, TCP stream, layers. */
  readonly frames: readonly (readonly string[])[];
  /** The first TCP stream: lines that one side sent, in hexadecimal. */
  readonly sent: readonly string[];
}

const FIELDS = ['frame.number', 'ip.src', 'ip.dst', 'frame.len', 'tcp.stream', 'frame.protocols'];

function askTshark(file: string): Said {
  const wanted = Object.values(FILTERS);
  const statistics = ['-z', `io,stat,0,${wanted.join(',')}`, '-z', 'follow,tcp,raw,0'];
  const fields = ['-T', 'fields', ...FIELDS.flatMap((one) => ['-e', one])];
  const said = execFileSync('tshark', ['-n', '-r', file, ...fields, ...statistics], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).split('\n');
  // | 0.000 <> 0.001 |  frames |  bytes |  frames | …
  const counts = said
    .find((line) => / <> /.test(line))!
    .split('|')
    .slice(2);
  return {
    picked: new Map(Object.keys(FILTERS).map((filter, index) => [filter, Number(counts[2 * index])])),
    frames: said.flatMap((line) => (/^\d+\t/.test(line) ? [line.split('\t')] : [])),
    sent: said.filter((line) => /^[0-9a-f]{20,}$/.test(line)),
  };
}

const missing =
  noLiveCapture ?? (toolIsMissing('tshark') || toolIsMissing('python3') ? 'needs tshark and python3' : null);

describe.skipIf(missing !== null)('packets that come on a link, on a terminal', () => {
  let scene: LiveScene;
  let screen: WatchedScreen;
  let pair: VethPair;
  let file: string;
  const home = (): readonly string[] => fs.readdirSync(scene.folder).filter((name) => name.startsWith('netwatch_'));
  const title = (): string => screen.lines()[1]!;
  const send = (frames: readonly Uint8Array[]): void => {
    const name = path.join(scene.folder, 'sent.pcap');
    fs.writeFileSync(name, pcap(frames.map((bytes, n) => ({ bytes, seconds: 1, fraction: n }))));
    pair.sendFrames(name);
  };
  let said: Said;
  /** How many packets tshark picks. */
  const picks = (filter: string): number => said.picked.get(filter)!;
  /** Lines of the panel under a title, to the next title. */
  const panel = (name: string): readonly string[] => {
    const lines = screen.lines();
    const from = lines.findIndex((line) => line.startsWith(`─ ${name}`));
    const to = lines.findIndex((line, index) => index > from && (line.startsWith('─') || index >= lines.length - 2));
    return lines.slice(from + 1, to);
  };
  const filterBy = async (filter: string, expected: string): Promise<void> => {
    screen.press('/', 'clear', filter, 'enter');
    await screen.until(([, line]) => `${line}  `.includes(`  filter: ${filter}  `) && line!.includes(` ${expected}`));
  };
  const clearFilter = async (): Promise<void> => {
    screen.press('esc');
    await screen.until((lines) => !lines[1]!.includes('filter:'));
  };

  beforeAll(async () => {
    scene = openLiveScene('screen');
    const exec = ['netns', 'exec', scene.name];
    execFileSync('ip', [...exec, 'sysctl', '-qw', 'net.ipv6.conf.default.disable_ipv6=1']);
    pair = await openVethPair(scene, NEAR, 78);
    file = path.join(scene.folder, 'all.pcap');
    fs.writeFileSync(file, pcap(FRAMES.map((bytes, n) => ({ bytes, seconds: 1, fraction: 1000 * n }))));
    const options = ['--tab', 'packets', '-i', NEAR, '--no-probe', '--no-dns', '--ai', 'never'];
    const command = ['ip', ...exec, process.execPath, BIN, 'watch', ...options];
    screen = watchScreen([120, 40], command, { HOME: scene.folder });
    await screen.shows('no packets so far');
    screen.press('/', 'ip', 'enter');
    await screen.shows('Packets 0 of 0');
    send(FRAMES);
    said = askTshark(file);
    await screen.shows(` of ${FRAMES.length} `);
  });
  afterAll(async () => {
    await screen?.close();
    scene?.remove();
  });

  test('filters pick what tshark picks', async () => {
    for (const filter of ['tcp', 'tls.handshake', 'not tcp and port 53'])
      await filterBy(filter, `${picks(filter)} of ${FRAMES.length}`);
    // what does not parse leaves what was there
    screen.press('/', ' and ip.src ==');
    await screen.shows(/^ +\^ /);
    expect(title()).toContain('filter: not tcp and port 53');
    screen.press('esc');
    await screen.until((lines) => !lines.some((line) => /^ +\^ /.test(line)));
    await clearFilter();
    expect(title()).toContain(`Packets ${FRAMES.length}`);
  });

  test('each packet has the number, ends, length and stream that tshark gives it', async () => {
    await filterBy('tcp and ip', `${picks('tcp and ip')} of `);
    screen.press('home');
    await screen.shows(/^ +5 /);
    const shown = screen
      .lines()
      .slice(3, 18)
      .map((line) => line.slice(2).trim().split(/ +/))
      .map(([number, , src, dst, , length, stream]) => [number, src, dst, length, stream?.slice(1)].join(' '));
    const those = said.frames.filter(([, src, , , stream]) => src !== '' && stream !== '');
    expect(shown).toEqual(those.slice(0, shown.length).map((frame) => frame.slice(0, 5).join(' ')));
    await clearFilter();
  });

  test('layers are those of tshark, and those of the selected one are the bytes that are marked', async () => {
    await filterBy('http.request', '2 of ');
    screen.press('home');
    await screen.shows('─ Layers 8 ');
    const protocols = said.frames[7]![5]!.split(':');
    const layers = panel('Layers').flatMap((line) => /\((\w+)\)$/.exec(line)?.slice(1) ?? []);
    expect(layers).toEqual(protocols.filter((name) => name !== 'ethertype'));
    screen.press('tab', 'home', 'down');
    const marked = (): number => {
      const from = screen.lines().findIndex((line) => line.startsWith('─ Bytes'));
      const rows = screen.lines().map((_, row) => row);
      // two digits of each byte; the spaces between them are marked too, but not at the end of a line
      const columns = rows.filter((row) => row > from).flatMap((row) => screen.inverted(row).filter((at) => at >= 56));
      return columns.length;
    };
    await screen.until(() => marked() === 14);
    screen.press('down');
    await screen.until(() => marked() === 20);
    screen.press('right');
    await screen.shows('Total Length: 118');
    screen.press('left');
    await screen.until((lines) => !lines.some((line) => line.includes('Total Length')));
    const [first] = panel('Bytes');
    expect(first?.slice(7, 54).replaceAll(' ', '')).toBe(Buffer.from(FRAMES[7]!.subarray(0, 16)).toString('hex'));
    screen.press('tab', 'down');
    await screen.until(() => panel('Bytes')[0]?.startsWith(' 0010') === true);
    screen.press('esc');
    await clearFilter();
  });

  test('a stream is what tshark follows and what follow prints, and grows', async () => {
    await filterBy('http', `${picks('http')} of `);
    screen.press('home', 'S');
    await screen.shows('TCP stream #0');
    const talk = (): readonly string[] =>
      screen.lines().flatMap((line) => (/^ [→←] ?/.test(line) ? [line.slice(3)] : []));
    expect(talk()[0]).toBe('GET /hello HTTP/1.1');
    screen.press('left');
    await screen.shows('B→A, text');
    expect(talk()[0]).toMatch(/^HTTP\/1\.1 200 OK/);
    screen.press('right', 'h');
    await screen.shows(/→ 0000 {2}47 45 54 20 .* GET \/hello HTTP/);
    screen.press('h', 'w');
    await screen.shows('saved 134 bytes to ');
    const saved = fs.readFileSync(path.join(scene.folder, home()[0]!));
    expect(saved.toString('hex')).toBe(said.sent.join(''));
    screen.press('a', 'esc');
    await screen.shows('─ Layers ');
    await filterBy('port 7000', `${TROUBLED.frames.length} of `);
    screen.press('end', 'S');
    await screen.shows('→ first line');
    expect(talk()).toEqual(['first line', 'an answer']);
    send(TROUBLED.more);
    await screen.shows('→ another line');
    screen.press('S');
    await screen.shows('─ Layers ');
    await clearFilter();
  });

  test('retransmissions and resets are marked, and bookmarks are gone to', async () => {
    await filterBy('tcp.analysis.retransmission', `${picks('tcp.analysis.retransmission')} of `);
    expect(screen.lines()[3]).toMatch(/^ · +\d+ /);
    await filterBy('tcp.flags.reset == 1', `${picks('tcp.flags.reset == 1')} of `);
    expect(screen.lines()[3]).toMatch(/^ ● +\d+ /);
    screen.press('home', 'm', 'end', 'm');
    await screen.shows('★2');
    screen.press('n');
    await screen.until((lines) => lines[3]!.startsWith('★●'));
    const marked = screen.lines()[3]!.trim().split(/ +/)[1];
    await screen.shows(`─ Layers ${marked}`);
    screen.press('N');
    await screen.until((lines) => !lines.some((line) => line.startsWith(`─ Layers ${marked}`)));
    screen.press('m');
    await screen.shows('★1');
  });

  test('what is exported is what passes, and the copied command prints it', async () => {
    const before = new Set(home());
    screen.press('w');
    const count = picks('tcp.flags.reset == 1');
    await screen.shows(`saved ${count} packets to `);
    const [saved] = home().filter((name) => !before.has(name));
    const args = ['-r', path.join(scene.folder, saved!), '-T', 'fields', '-e', 'tcp.flags.reset'];
    const flags = execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    expect(flags.trim().split('\n')).toEqual(Array.from({ length: count }, () => '1'));
    screen.press('y');
    await screen.shows(`sudo netwatch capture -i ${NEAR} -f 'tcp.flags.reset == 1'`);
    screen.press('esc');
    await screen.shows('─ Layers ');
    const words = ['capture', '-r', file, '-f', 'tcp.flags.reset == 1', '--fields', 'number,info', '-o', 'tsv', '-H'];
    const printed = (await netwatch(...words)).stdout.trim().split('\n');
    screen.press('home');
    await screen.until((lines) => lines[3]!.includes(` ${printed[0]!.split('\t')[0]} `));
    for (const [index, row] of printed.slice(0, 10).entries()) {
      const [number, info] = row.split('\t');
      expect(screen.lines()[3 + index]).toContain(` ${number} `);
      expect(screen.lines()[3 + index]).toContain(info!.slice(0, 30));
    }
    await clearFilter();
  });

  test('other keys say what they do, or why not', async () => {
    screen.press('s');
    await screen.shows('packets are in the order of their capture');
    screen.press('W');
    await screen.shows('─ Whois');
    await screen.shows(/scope +(private|loopback)/);
    screen.press('esc');
    await screen.shows('─ Layers ');
    screen.press('b');
    await screen.shows(/^ b( |$)/);
    screen.press('esc');
    await screen.until((lines) => !lines.some((line) => /^ b( |$)/.test(line)));
    screen.press('p');
    await screen.shows('paused');
    screen.press('p');
    await screen.until((lines) => !lines[1]!.includes('paused'));
    screen.press('?');
    await screen.shows('─ Keys');
    screen.press('end');
    await screen.shows('stream 7');
    screen.press('esc');
    await screen.shows('─ Layers ');
  });

  test('findings follow from what was captured, and lead to connections and their packets', async () => {
    screen.press('8');
    await screen.shows(/warn .*port_scan/);
    // what is worse stands before it
    screen.press('/', 'port_scan', 'enter');
    await screen.shows('10.0.0.1 tried 26 ports of 10.0.0.2, of which 25 did not accept a connection');
    screen.press('y');
    await screen.shows(`netwatch insights --interval 1 -i ${NEAR} `);
    screen.press('esc');
    screen.press('6');
    await screen.shows('Topology');
    screen.press('2');
    await screen.shows('Connections');
    screen.press('/', 'remote_port == 7000', 'enter');
    await screen.shows(/ 7000 /);
    screen.press('enter');
    await screen.shows(/ Packets 7 of \d+ .* filter: tcp and 10\.0\.0\.2 and port 7000/);
    screen.press('x');
    await screen.shows('Packets 0 of 0');
    screen.press('q');
    expect(await screen.ended).toBe(0);
  });
});
