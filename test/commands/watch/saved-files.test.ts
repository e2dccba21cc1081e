import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { savePackets, saveStream, stampOf } from '../../../src/commands/watch/live/saved-files.ts';
import { homeIn, openSavedFolder } from '../../../src/commands/watch/live/saved-folder.ts';
import { EXIT, Failure } from '../../../src/core/failure.ts';
import { PacketStore } from '../../../src/core/packet/packet-store.ts';
import { followStored } from '../../../src/core/stream/stored-stream.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import type { CaptureFiles, OutputFile } from '../../../src/platform/files/capture-output.ts';
import { openFiles } from '../../../src/platform/files/pack-files.ts';
import { readCapture } from '../../support/captures.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { storeOf } from '../../support/filled-store.ts';
import { udpFrame } from '../../support/frames.ts';
import { netwatch } from '../../support/in-process.ts';

const LOOPBACK = 'test/captures/loopback.pcap';
const ALL = Array.from({ length: 38 }, (_, index) => index + 1);

let folder = '';
const files = openFiles(null, false);
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-saved-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

test('packets are written as they were read', async () => {
  const saved = await savePackets(files, path.join(folder, 'all'), await storeOf(LOOPBACK), ALL);
  expect(saved).toEqual({ file: path.join(folder, 'all.pcap'), count: 38 });
  const { frames } = await readCapture(fs.readFileSync(saved.file));
  const { frames: read } = await readCapture(fs.readFileSync(LOOPBACK));
  expect(frames).toEqual(read);
  expect(fs.statSync(saved.file).mode & 0o777).toBe(0o600);
});

test('only those that were chosen, and still are held', async () => {
  const store = await storeOf(LOOPBACK, { packets: 10, bytes: 64 * 1024 * 1024 });
  const { count, file } = await savePackets(files, path.join(folder, 'some'), store, [1, 2, 30, 38]);
  expect(count).toBe(2);
  expect((await netwatch('capture', '-r', file, '-o', 'tsv', '--fields', 'length')).out).toBe('length\n66\n67\n');
});

test('packets of several interfaces, or with comments, need pcapng', async () => {
  const interfaces = ['eth0', 'lo'].map((name) => ({ name, linkType: 1, snapLength: 0, nanoseconds: false }));
  const store = new PacketStore(interfaces, { packets: 10, bytes: 1024 * 1024 });
  const packet = new Packet();
  const bytes = udpFrame({ srcPort: 1, dstPort: 9 }, [1]);
  for (const iface of [0, 1, 1]) {
    packet.begin(bytes, 0, bytes.length, bytes.length, 1, 0, iface, 1);
    new Dissector(REGISTRY).dissect(packet);
    store.add(packet, packet.number === 3 ? 'look' : null);
  }
  const fieldsOf = async (numbers: readonly number[]) => {
    const { file } = await savePackets(files, path.join(folder, numbers.join('_')), store, numbers);
    const { out } = await netwatch('capture', '-r', file, '-o', 'tsv', '--fields', 'iface,comment');
    return [path.extname(file), out];
  };
  expect(await fieldsOf([2])).toEqual(['.pcap', 'iface\tcomment\n\t\n']);
  expect(await fieldsOf([1, 2])).toEqual(['.pcapng', 'iface\tcomment\neth0\t\nlo\t\n']);
  expect(await fieldsOf([3])).toEqual(['.pcapng', 'iface\tcomment\nlo\tlook\n']);
});

test('a file that is there is never written over', async () => {
  const store = await storeOf(LOOPBACK);
  const stem = path.join(folder, 'twice');
  fs.writeFileSync(`${stem}.pcap`, 'mine');
  expect((await savePackets(files, stem, store, ALL)).file).toBe(`${stem}_2.pcap`);
  expect((await savePackets(files, stem, store, ALL)).file).toBe(`${stem}_3.pcap`);
  expect(fs.readFileSync(`${stem}.pcap`, 'utf8')).toBe('mine');
});

test('of a full disk nothing is left', async () => {
  const done: string[] = [];
  const full = new Failure(EXIT.io, 'no space left on device');
  const output = {
    write: () => Promise.reject(full),
    finish: async () => void done.push('finished'),
    abandon: async () => void done.push('abandoned'),
  } as unknown as OutputFile;
  const onFull = { create: async () => output } as unknown as CaptureFiles;
  await expect(savePackets(onFull, 'x', await storeOf(LOOPBACK), ALL)).rejects.toThrow(full);
  expect(done).toEqual(['abandoned']);
});

test('of a stream what is shown: text and dumps as follow prints them, one side as it sent it', async () => {
  const store = await storeOf(LOOPBACK);
  const stream = followStored(store, 8)!;
  const saved = async (format: 'text' | 'hex', directions: 'both' | 'a' | 'b') => {
    const stem = path.join(folder, `${format}_${directions}`);
    const { file } = await saveStream(files, stem, { stream, format, directions, top: 0 });
    return [path.extname(file), fs.readFileSync(file, 'utf8')];
  };
  const printed = async (...options: string[]) =>
    (await netwatch('follow', '-r', LOOPBACK, '--stream', '0', ...options)).out;
  expect(await saved('text', 'both')).toEqual(['.txt', await printed()]);
  expect(await saved('hex', 'both')).toEqual(['.txt', await printed('--as', 'hex')]);
  expect(await saved('hex', 'b')).toEqual(['.txt', await printed('--as', 'hex', '--dir', 'b')]);
  expect(await saved('text', 'a')).toEqual(['.bin', await printed('--as', 'raw', '--dir', 'a')]);
});

test('files have the time of the wall clock in their names', () => {
  const at = new Date(2026, 1, 18, 15, 4, 32);
  expect(stampOf(at.getTime())).toBe('20260218_150432');
});

test('the home folder of a user is that of /etc/passwd', () => {
  const passwd =
    'root:x:0:0:root:/root:/bin/sh\nbroken:x\nann:x:1000:1000:Ann,,,:/home/ann:/bin/sh\nno:x:5:5::relative:/\n';
  expect([0, 1000, 5, 7].map((uid) => homeIn(passwd, uid))).toEqual(['/root', '/home/ann', null, null]);
});

test('without root, files go to HOME', () => {
  const opened = openSavedFolder({ ...fakeContext({ env: { HOME: folder } }), isPrivileged: () => false }, null);
  expect(opened.folder).toBe(folder);
});
