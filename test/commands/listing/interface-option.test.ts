import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { Blocks, join, text } from '../../support/captures.ts';
import { udpFrame } from '../../support/frames.ts';
import { netwatch, recordsOf } from '../../support/in-process.ts';

/** A capture of two interfaces: what each command says of one of them. */

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-interface-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));
const le = new Blocks(true);
const iface = (name: string) => le.iface({ options: [{ code: 2, value: text(name) }] });
const packet = (on: number, srcPort: number, said: string) =>
  le.packet(udpFrame({ srcPort, dstPort: 9999 }, [...Buffer.from(said)]), { iface: on, low: srcPort });
const FILE = path.join(folder, 'two.pcapng');
fs.writeFileSync(
  FILE,
  join(
    le.section(),
    iface('eth0'),
    iface('wlan0'),
    packet(0, 1000, 'a'),
    packet(1, 2000, 'b'),
    packet(0, 1000, 'c'),
    packet(1, 3000, 'd'),
  ),
);

describe.each<[string, readonly string[], readonly unknown[]]>([
  ['eth0', ['-i', 'eth0'], [2, [1000], ['ac'], [1, 3]]],
  ['wlan0', ['-i', 'wlan0'], [2, [2000, 3000], ['b', 'd'], [2, 4]]],
  ['both', [], [4, [1000, 2000, 3000], ['ac', 'b', 'd'], [1, 2, 3, 4]]],
])('%s', (_name, on, expected) => {
  const run = async (...argv: readonly string[]) =>
    recordsOf((await netwatch(...argv, '-r', FILE, '--json', ...on)).out);

  test('is counted, listed, followed and printed', async () => {
    const [summary] = await run('stats', '--by', 'summary');
    const conns = await run('conns');
    const said: Record<string, string> = {};
    for (const { type, stream, data } of await run('follow', '--all', '--udp')) {
      if (type === 'segment')
        said[`${stream}`] = (said[`${stream}`] ?? '') + Buffer.from(String(data), 'base64').toString();
    }
    const packets = await run('capture');
    expect([
      summary!.packets,
      conns.map(({ local_port }) => local_port),
      Object.values(said),
      packets.map(({ number }) => number),
    ]).toEqual(expected);
    expect(summary!.interfaces).toEqual(['eth0', 'wlan0']);
  });
});

test.each([
  ['stats'],
  ['capture'],
  ['follow'],
  ['follow --all'],
  ['follow --stream 0 --udp'],
  ['conns'],
  ['export packets'],
])('%s: an interface that is not there is an error', async (command) => {
  const { status, said } = await netwatch(...command.split(' '), '-r', FILE, '-i', 'eth1');
  expect([status, said.slice(-2)]).toEqual([66, ['no interface "eth1" in the capture', 'did you mean eth0?']]);
});
