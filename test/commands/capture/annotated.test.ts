import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { Blocks, COMMENT, join, text } from '../../support/captures.ts';
import { tcpFrame } from '../../support/frames.ts';
import { netwatch, recordsOf } from '../../support/in-process.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-annotated-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const le = new Blocks(true);
const CLIENT = { from: [10, 0, 0, 1], to: [10, 0, 0, 2], srcPort: 40_000, dstPort: 9999 };
const SERVER = { from: CLIENT.to, to: CLIENT.from, srcPort: 9999, dstPort: 40_000 };
const SYN = tcpFrame({ ...CLIENT, flags: 2, seq: 1 });
const SYN_ACK = tcpFrame({ ...SERVER, flags: 18, seq: 9, ack: 2 });
const ACK = tcpFrame({ ...CLIENT, flags: 16, seq: 2, ack: 10 });

function file(...packets: readonly (readonly [Uint8Array, string | null])[]): string {
  const blocks = packets.map(([bytes, comment]) =>
    le.packet(bytes, { options: comment === null ? [] : [{ code: COMMENT, value: text(comment) }] }),
  );
  const name = path.join(folder, `${fs.readdirSync(folder).length}.pcapng`);
  fs.writeFileSync(name, join(le.section(), le.iface(), ...blocks));
  return name;
}

const ask = async (...argv: readonly string[]) => recordsOf((await netwatch(...argv, '--json')).out);

test('who sent and who received is read back, in every answer', async () => {
  const annotated = file(
    [SYN, 'netwatch: from curl (7) of alice'],
    [SYN_ACK, 'netwatch: from httpd (8) of www\nnetwatch: to curl (7) of alice'],
    [ACK, null],
  );
  expect(await ask('capture', '-r', annotated, '--fields', 'pid,process,comment')).toEqual([
    { type: 'packet', pid: 7, process: 'curl', comment: 'netwatch: from curl (7) of alice' },
    { type: 'packet', pid: 8, process: 'httpd', comment: expect.stringContaining('\n') },
    { type: 'packet', pid: null, process: null, comment: null },
  ]);
  expect(await ask('capture', '-r', annotated, '-f', 'process == httpd', '--fields', 'number')).toEqual([
    { type: 'packet', number: 2 },
  ]);
  const bytes = SYN.length;
  const nobody = { packets: 1, bytes, tx_packets: null, rx_packets: null, tx_bytes: null, rx_bytes: null };
  expect(await ask('stats', '-r', annotated, '--by', 'processes')).toEqual([
    {
      ...{ type: 'process', process: 'curl', pid: 7, packets: 2, bytes: 2 * bytes },
      ...{ tx_packets: 1, rx_packets: 1, tx_bytes: bytes, rx_bytes: bytes },
    },
    {
      ...{ type: 'process', process: 'httpd', pid: 8, packets: 1, bytes },
      ...{ tx_packets: 1, rx_packets: 0, tx_bytes: bytes, rx_bytes: 0 },
    },
    { type: 'process', process: null, pid: null, ...nobody },
  ]);
  expect(await ask('stats', '-r', annotated, '--by', 'conversations')).toMatchObject([{ pid: 7, process: 'curl' }]);
  expect(await ask('stats', '-r', annotated, '--by', 'conversations', '-f', 'pid == 7')).toHaveLength(1);
  expect(await ask('conns', '-r', annotated)).toMatchObject([
    { local_port: 40_000, pid: 7, process: 'curl', user: 'alice', pids: ['7'], attribution: 'comment exact' },
  ]);
});

test('a comment that looks alike is only text', async () => {
  const foreign = file([SYN, 'curl (7) of alice'], [SYN_ACK, 'see netwatch: from curl (7)']);
  expect(await ask('capture', '-r', foreign, '--fields', 'pid,process')).toEqual([
    { type: 'packet', pid: null, process: null },
    { type: 'packet', pid: null, process: null },
  ]);
  expect(await ask('stats', '-r', foreign, '--by', 'processes')).toMatchObject([{ process: null, packets: 2 }]);
  expect(await ask('conns', '-r', foreign)).toMatchObject([{ pid: null, attribution: 'none capture' }]);
});

test('a name from a comment cannot reach the terminal as it is', async () => {
  const hostile = file([SYN, 'netwatch: from \x1b[2J (7) of \x1b]0;x\x07']);
  for (const argv of [
    ['capture', '-r', hostile, '--fields', 'process,comment'],
    ['capture', '-r', hostile, '-V'],
    ['stats', '-r', hostile, '--by', 'processes'],
    ['conns', '-r', hostile, '--fields', 'process,user'],
  ]) {
    const { out } = await netwatch(...argv);
    expect(out).toContain('[2J');
    expect(out).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f]/);
  }
});

test('-V shows the comments of a packet, a line each', async () => {
  const commented = file([SYN, 'one\ntwo'], [ACK, null]);
  const { out } = await netwatch('capture', '-r', commented, '-V');
  expect(out.match(/^ {4}Comment: .*$/gm)).toEqual(['    Comment: one', '    Comment: two']);
  expect(out).toContain('    Link Type: ETHERNET (1)\n    Comment: one\n    Comment: two\n');
});
