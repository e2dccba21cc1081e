import { describe, expect, test } from 'vitest';
import type { ConnRow } from '../../../src/core/record/tables/conn.ts';
import { conn } from '../../../src/core/record/tables/conn.ts';
import { unknownRow } from '../../../src/core/record/unknown-row.ts';
import { pcap } from '../../support/captures.ts';
import { openPacketScreen, type PacketScreen } from '../../support/packet-screen.ts';

const LOOPBACK = 'test/captures/loopback.pcap';
const ALL = 38;

/** The number of the packet in the line with the selection, which is the one whose layers are shown. */
const shownPacket = (screen: PacketScreen): number =>
  Number(/^─ Layers (\d+)/.exec(screen.lines().find((line) => line.startsWith('─ Layers'))!)?.[1]);
const title = (screen: PacketScreen): string => screen.lines()[1]!.trimEnd();
const listed = (screen: PacketScreen): number[] =>
  screen.lines().flatMap((line) => {
    const match = /^[ ★][ ●▲·] +(\d+) +\d+\.\d/.exec(line);
    return match === null ? [] : [Number(match[1])];
  });

test('it follows the newest until somebody moves, and again from End on', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  expect([shownPacket(screen), screen.model.packets.selected]).toEqual([ALL, null]);
  screen.press('up');
  expect([shownPacket(screen), screen.model.packets.selected]).toEqual([ALL - 1, ALL - 1]);
  screen.press('home');
  expect(shownPacket(screen)).toBe(1);
  screen.press('pagedown');
  const page = shownPacket(screen);
  expect(page).toBeGreaterThan(3);
  screen.press('pageup');
  expect(shownPacket(screen)).toBe(1);
  screen.press('j', 'j', 'k');
  expect(shownPacket(screen)).toBe(2);
  for (const key of ['end', 'G']) {
    screen.press('home', key);
    expect([shownPacket(screen), screen.model.packets.selected]).toEqual([ALL, null]);
  }
});

test('a filter holds as it is typed; one that means nothing leaves the last one, and says where it is wrong', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  screen.press('/', 'd', 'n', 's');
  expect(title(screen)).toBe(' Packets 4 of 38  filter: dns  ↓ newest');
  expect(listed(screen)).toEqual([1, 2, 3, 4]);
  screen.press('space', 'o', 'r', 'space');
  expect(title(screen)).toContain('4 of 38  filter: dns');
  const [typed, wrong] = screen.lines().slice(-2);
  expect(typed).toContain('/ dns or ');
  expect(wrong).toMatch(/^ {3}/);
  screen.press('enter');
  expect(screen.model.prompt).not.toBeNull();
  screen.press('"udp and not dns"');
  expect(title(screen)).toContain('10 of 38');
  screen.press('enter');
  expect(screen.model.prompt).toBeNull();
  expect(title(screen)).toContain('filter: dns or udp and not dns');
  screen.press('escape');
  expect(title(screen)).toBe(' Packets 38  ↓ newest');
});

test('Esc while typing puts the filter back that was there', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  screen.press('/', '"tls"', 'enter', '/', 'ctrl+u', '"http"');
  expect(title(screen)).toContain('filter: http');
  screen.press('escape');
  expect(title(screen)).toContain('filter: tls');
  expect(screen.model.packets.filter).toBe('tls');
});

test('the selected packet stays selected when it passes a filter, else the one before', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  screen.press('home', ...new Array(9).fill('down'), '/', '"http"', 'enter');
  expect([shownPacket(screen), listed(screen)]).toEqual([10, [8, 10, 12, 13]]);
  screen.press('escape', 'down', '/', '"http"', 'enter');
  expect(shownPacket(screen)).toBe(10);
});

test('what passes nothing says so, and keys that need a packet say that there is none', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  screen.press('/', '"sctp"', 'enter');
  expect(screen.lines()[3]!.trim()).toBe('no packet passes sctp; Esc clears the filter');
  for (const [key, said] of [
    ['m', 'no packet is selected'],
    ['S', 'no packet is selected'],
    ['W', 'no packet is selected'],
    ['w', 'there is nothing to save'],
  ] as const) {
    screen.press(key);
    expect(screen.model.notice?.text).toBe(said);
  }
});

test('bookmarks are counted, gone to around the end, and cleared with the packets', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  screen.press('n');
  expect(screen.model.notice?.text).toBe('there are no bookmarks: m sets one');
  screen.press('home', 'm', 'down', 'down', 'm', 'end', 'm');
  expect(title(screen)).toBe(' Packets 38 ★3  ↓ newest');
  const at: number[] = [];
  for (const key of ['n', 'n', 'n', 'N', 'N']) {
    screen.press(key);
    at.push(shownPacket(screen));
  }
  expect(at).toEqual([1, 3, ALL, 3, 1]);
  expect(screen.lines().find((line) => line.startsWith('★'))).toBeDefined();
  screen.press('m');
  expect(title(screen)).toContain('★2');
  screen.press('x');
  expect(title(screen)).toBe(' Packets 0  ↓ newest');
  expect(screen.lines()[3]!.trim()).toBe('no packets so far');
});

test('Tab goes through the panels, and a packet that is looked at stays', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  const panels: string[] = [];
  for (let n = 0; n < 3; n++) {
    screen.press('tab');
    panels.push(screen.model.packets.panel);
  }
  expect([panels, screen.model.packets.selected]).toEqual([['detail', 'hex', 'list'], ALL]);
  screen.press('backtab');
  expect(screen.model.packets.panel).toBe('hex');
  screen.press('escape');
  expect(screen.model.packets.panel).toBe('list');
});

test('layers are unfolded in all packets', async () => {
  const screen = await openPacketScreen(LOOPBACK, { height: 40 });
  const layers = (): string[] =>
    screen
      .lines()
      .filter((line) => /^[▸▾]/.test(line))
      .map((line) => line.trimEnd());
  screen.press('home', 'tab');
  expect(layers()).toEqual([
    '▸ Frame 1: 72 bytes on the wire, 72 captured',
    '▸ Ethernet II (eth)',
    '▸ Internet Protocol Version 4 (ip)',
    '▸ User Datagram Protocol (udp)',
    '▸ Domain Name System (dns)',
  ]);
  screen.press('up', 'right');
  expect(layers()[3]).toBe('▾ User Datagram Protocol (udp)');
  screen.press('escape', 'down');
  expect([shownPacket(screen), layers()[3]]).toEqual([2, '▾ User Datagram Protocol (udp)']);
  screen.press('tab', 'home', 'down', 'down', 'down', 'space');
  expect(layers()[3]).toBe('▸ User Datagram Protocol (udp)');
});

test('S shows what both sides said, as follow prints it', async () => {
  const screen = await openPacketScreen(LOOPBACK, { width: 140, height: 40 });
  screen.press('home', 'S');
  expect(screen.asked.at(-1)).toEqual({ type: 'follow stream', number: 1 });
  screen.press('escape', '/', '"http"', 'enter', 'S');
  const said = (): string[] =>
    screen
      .lines()
      .filter((line) => /^ [→←]/.test(line))
      .map((line) => line.trim());
  expect(screen.lines().find((line) => line.includes('TCP stream #0'))).toContain(
    'A 127.0.0.1:33638 ←→ 127.0.0.1:8080 B',
  );
  expect(screen.lines().join('\n')).toMatch(
    /12 packets, 4 segments {2}A→B 134 B {2}B→A 298 B {2}handshake 0\.039 ms \(SYN→SYN-ACK/,
  );
  expect(said()[0]).toBe('→ GET /hello HTTP/1.1');
  expect(said().some((line) => line.startsWith('← HTTP/1.1 200 OK'))).toBe(true);
  screen.press('right');
  expect(said().every((line) => line.startsWith('→'))).toBe(true);
  screen.press('left');
  expect(said().every((line) => line.startsWith('←'))).toBe(true);
  screen.press('h');
  expect(said()[0]).toBe('← 0000  48 54 54 50 2f 31 2e 31 20 32 30 30 20 4f 4b 0d   HTTP/1.1 200 OK.');
  screen.press('t', 'a', 'w');
  expect(screen.asked.at(-1)).toMatchObject({ type: 'save stream', state: { format: 'text', directions: 'both' } });
  screen.press('escape');
  expect(screen.model.packets.stream).toBeNull();
  expect(title(screen)).toContain('filter: http');
});

test('a packet without a stream has none to show, and one without an IP address nobody to ask for', async () => {
  const arp = Uint8Array.from([...new Array(12).fill(2), 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, ...new Array(20).fill(1)]);
  const screen = await openPacketScreen(pcap([{ bytes: arp }]));
  screen.press('S');
  expect(screen.model.notice?.text).toBe('this packet is of no TCP or UDP stream');
  screen.press('W');
  expect([screen.model.notice?.text, screen.asked]).toEqual(['this packet has no IP address', []]);
});

test('W asks only after the key, and the answer is shown until it is closed', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  screen.press('W');
  expect(screen.asked.at(-1)).toEqual({ type: 'whois', addresses: ['::1'] });
  expect(screen.lines().join('\n')).toContain('asking the registries of ::1 …');
  screen.press('escape');
  expect(screen.model.popup).toBeNull();
});

test('b asks for another capture filter; what is wrong with it is shown with the place, and can be typed on', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  screen.press('b', '"port xyz"', 'enter');
  expect(screen.asked.at(-1)).toEqual({ type: 'recapture', bpf: 'port xyz' });
  expect(screen.model.notice?.text).toBe('the filter of the capture is replaced …');
  screen.refused('port xyz', "unknown port 'xyz'", 5);
  const [typed, wrong] = screen.lines().slice(-2);
  expect(typed).toContain(' b port xyz');
  expect(wrong!.trimEnd()).toBe("        ^ unknown port 'xyz'");
  expect(screen.model.packets.bpf).toBeNull();
  screen.press('backspace', 'backspace', 'backspace', '8', '0', 'enter');
  expect(screen.asked.at(-1)).toEqual({ type: 'recapture', bpf: 'port 80' });
  screen.recaptured('port 80');
  expect(title(screen)).toContain('bpf: port 80');
});

test('a filter that was replaced leaves bookmarks and the selected packet; a capture that began anew has neither', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  screen.press('home', 'm');
  screen.recaptured('port 80', false);
  expect([screen.model.packets.selected, screen.model.packets.marks.size]).toEqual([1, 1]);
  expect(title(screen)).toContain('bpf: port 80');
  screen.press('y');
  expect(screen.asked.at(-1)).toEqual({ type: 'copy', text: "sudo netwatch capture --bpf 'port 80'" });
  screen.press('escape');
  screen.recaptured('', true);
  expect([screen.model.packets.selected, screen.model.packets.marks.size]).toEqual([null, 0]);
  expect(title(screen)).not.toContain('bpf:');
});

test('packets of a file have no capture filter', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  screen.take((model) => ({ ...model, packets: { ...model.packets, file: 'a b.pcap' } }));
  screen.press('b');
  expect(screen.model.notice?.text).toBe('these packets are from a file: press / to filter them');
  screen.press('/', '"dns"', 'enter', 'y');
  expect(screen.asked.at(-1)).toEqual({ type: 'copy', text: "netwatch capture -r 'a b.pcap' -f dns" });
  screen.take((model) => ({ ...model, packets: { ...model.packets, file: null, iface: 'eth0' } }));
  screen.press('escape', 'y');
  expect(screen.asked.at(-1)).toEqual({ type: 'copy', text: 'sudo netwatch capture -i eth0 -f dns' });
});

test('while it is paused, packets wait; then the newest are shown', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  screen.press('p', 'x');
  expect(title(screen)).toContain(' Packets 0');
  screen.press('p');
  expect(screen.model.packets.waiting).toBeNull();
});

test('a click selects a packet, a layer or a panel; the wheel scrolls', async () => {
  const screen = await openPacketScreen(LOOPBACK, { height: 40 });
  screen.press('home');
  const mouse = (action: 'press' | 'wheel_down' | 'wheel_up', row: number): void =>
    screen.input({ type: 'mouse', action, column: 10, row });
  mouse('press', 5);
  expect(shownPacket(screen)).toBe(3);
  mouse('wheel_down', 5);
  expect(shownPacket(screen)).toBe(6);
  const layers = screen.lines().findIndex((line) => line.startsWith('─ Layers'));
  mouse('press', layers + 2);
  expect([screen.model.packets.panel, screen.model.packets.line]).toEqual(['detail', 1]);
});

test('the packets of a connection are gone to by its protocol, remote address and port', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  const row: ConnRow = {
    ...(unknownRow(conn) as unknown as ConnRow),
    proto: 'tcp',
    local_addr: '127.0.0.1',
    local_port: 33_638,
    remote_addr: '127.0.0.1',
    remote_port: 8080,
  };
  const show = (one: ConnRow): void => {
    screen.take((model) => ({ ...model, tab: 'connections', machine: { ...model.machine, conns: [one] } }));
    screen.press('enter');
  };
  show(row);
  expect([screen.model.tab, title(screen)]).toEqual([
    'packets',
    ' Packets 12 of 38  filter: tcp and 127.0.0.1 and port 8080  ↓ newest',
  ]);
  show({ ...row, remote_addr: '::1', remote_port: 9 });
  expect(title(screen)).toContain('Packets 2 of 38');
  show({ ...row, remote_addr: 'fe80::1%eth0', remote_port: 9 });
  expect(screen.model.packets.filter).toBe('tcp and fe80::1 and port 9');
  show({ ...row, remote_addr: null, remote_port: null });
  expect([screen.model.tab, screen.model.notice?.text]).toEqual(['connections', 'this connection has no remote end']);
});

test('without packets, Enter on a connection says why there are none', async () => {
  const screen = await openPacketScreen(null);
  const limit = { what: 'packets', why: 'capturing needs CAP_NET_RAW', remedy: null };
  const row = { ...unknownRow(conn), proto: 'tcp', remote_addr: '192.0.2.1', remote_port: 80 } as unknown as ConnRow;
  screen.take((model) => ({
    ...model,
    tab: 'connections',
    machine: { ...model.machine, conns: [row], limits: [limit] },
  }));
  screen.press('enter');
  expect([screen.model.tab, screen.model.notice?.text]).toEqual([
    'connections',
    'no packets: capturing needs CAP_NET_RAW',
  ]);
});

test('Tab completes a display filter from the fields that it knows', async () => {
  const screen = await openPacketScreen(LOOPBACK);
  const typed = (): string => screen.model.prompt!.text;
  screen.press('/', '"tls.handshake.extensions_serv"');
  expect(screen.lines().at(-1)).toContain('tls.handshake.extensions_server_name');
  screen.press('tab');
  expect(typed()).toBe('tls.handshake.extensions_server_name');
  screen.press('ctrl+u', '"quic or rx_"', 'tab');
  expect(screen.lines().at(-1)).toContain('nothing to complete here');
  screen.press('ctrl+u', '"src_po"', 'tab');
  expect(typed()).toBe('src_port');
  screen.press('ctrl+u', '"dns"');
  expect(screen.lines().at(-2)).toMatch(/^ \/ dns .* 4 of 38 $/);
});

describe('a filter that is typed before there are packets', () => {
  const early = async () => {
    const screen = await openPacketScreen(LOOPBACK);
    screen.take((model) => ({
      ...model,
      machine: { ...model.machine, at: null },
      packets: { ...model.packets, look: null },
    }));
    return screen;
  };

  test('is typed, and holds from the first look on', async () => {
    const screen = await early();
    screen.press('/', 'd', 'n', 's');
    expect([screen.model.prompt?.text, screen.model.notice]).toEqual(['dns', null]);
    screen.press('enter');
    expect([screen.model.prompt, screen.model.tab, screen.model.packets.filter]).toEqual([null, 'packets', null]);
    screen.desk.setFilter(null);
    expect(screen.model.packets.filter).toBe('dns');
    expect(title(screen)).toMatch(/ Packets \d+ of \d+ {2}filter: dns/);
  });

  test('is typed on when the look comes meanwhile', async () => {
    const screen = await early();
    screen.press('/', 'd', 'n');
    screen.desk.setFilter(null);
    expect(screen.model.prompt?.text).toBe('dn');
    screen.press('s', 'enter');
    expect(screen.model.packets.filter).toBe('dns');
  });

  test('that means nothing can be typed on, and holds the screen up in no way', async () => {
    const screen = await early();
    screen.press('/', '"ip.src =="', 'enter');
    screen.desk.setFilter(null);
    expect([screen.model.prompt?.text, screen.model.packets.filter]).toEqual(['ip.src ==', null]);
    expect(screen.model.prompt?.error?.column).toBeGreaterThan(0);
    screen.press('escape');
    expect([screen.model.prompt, screen.model.packets.early]).toEqual([null, null]);
  });
});
