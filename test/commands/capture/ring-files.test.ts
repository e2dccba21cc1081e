import { expect, test } from 'vitest';
import { RingFiles } from '../../../src/commands/capture/ring-files.ts';
import { EXIT, Failure } from '../../../src/core/failure.ts';
import type { CaptureFiles, OutputFile } from '../../../src/platform/files/capture-output.ts';

/** A ring of two files, and what is done to them, by their numbers. */
function openRing(packs: boolean) {
  const done: string[] = [];
  const numberOf = (name: string): number => Number(/_(\d{5})_/.exec(name)![1]);
  const note = (what: string, name: string): void => void done.push(`${what} ${numberOf(name)}`);
  const files = {
    async create(name: string) {
      note('create', name);
      return { finish: async () => note('finish', name) } as unknown as OutputFile;
    },
    remove: async (name: string) => note('remove', name),
    packing: { pack: (name: string) => note('pack', name), remove: (name: string) => note('remove packed', name) },
  } as unknown as CaptureFiles;
  const rotation = { bytes: 1, seconds: null, keep: 2, packs };
  const ring = new RingFiles(files, 'r.pcap', false, rotation, { now: () => 0, say: () => {} });
  return { ring, done };
}

test('the next file is passed on before anything is done with those before it', async () => {
  const { ring, done } = openRing(false);
  for (let turn = 0; turn < 3; turn++) await ring.turn(async () => void done.push('pass'));
  const first = ['create 1', 'pass'];
  expect(done).toEqual([...first, 'create 2', 'pass', 'finish 1', 'create 3', 'pass', 'finish 2', 'remove 1']);
});

test('what is compressed is the file that is full', async () => {
  const { ring, done } = openRing(true);
  for (let turn = 0; turn < 3; turn++) await ring.turn(async () => {});
  expect(done.slice(-5)).toEqual(['pack 1', 'create 3', 'finish 2', 'pack 2', 'remove packed 1']);
});

test('a file that cannot be passed on leaves the one before finished', async () => {
  const { ring, done } = openRing(false);
  await ring.turn(async () => {});
  const refused = ring.turn(() => Promise.reject(new Failure(EXIT.io, 'nobody is there')));
  await expect(refused).rejects.toThrow('nobody is there');
  expect(done).toEqual(['create 1', 'create 2', 'finish 1']);
});
