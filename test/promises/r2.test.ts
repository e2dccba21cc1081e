import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { noLiveCapture } from '../support/live-scene.ts';
import { type NumberedCapture, openNumberedCapture, readNumbered, reconciledIn } from '../support/numbered-capture.ts';
import { writeNumbered } from '../support/numbered-pcap.ts';
import { BIN } from '../support/program.ts';
import { toolIsMissing } from '../support/tool.ts';
import { promised } from './promise.ts';

const PACKETS = 20_000;

promised(
  {
    id: 'R2',
    says: 'A full disk, a quota or a file-size limit ends a capture with 74 and a file of whole packets; netwatch says how many packets it kept and lost, and the numbers are true. Records and rewritten captures also end with 74.',
    tested:
      'Live captures in pcap and pcapng and a ring, written to a tmpfs of 1 MB and under `ulimit -f`; a rewritten capture and redirected records in the same places. capinfos reads each file.',
    notPromised: 'A ring that makes room by itself when the disk is full.',
    skipped: noLiveCapture ?? (toolIsMissing('capinfos') ? 'capinfos is not installed' : null),
    timeoutMs: 120_000,
  },
  async () => {
    const capture = await openNumberedCapture('nwr2', 216);
    const disk = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=777', 'tmpfs', disk]);
    try {
      await capture.scene.run(capture.pair.endless);
      const kept: number[] = [];
      for (const format of ['pcap', 'pcapng']) {
        kept.push(await fill(capture, path.join(disk, `full.${format}`), []));
        kept.push(await fill(capture, capture.fileOf(`long.${format}`), LIMITED));
      }
      await fillRing(capture, path.join(disk, 'r.pcap'));
      const rewritten = rewriteInto(capture, disk);
      return `${kept.length} of ${kept.length} files whole, with as many packets as netwatch said (${kept.join(', ')}); ${rewritten}`;
    } finally {
      capture.scene.remove();
      execFileSync('umount', [disk]);
      fs.rmdirSync(disk);
    }
  },
);

/** Files may have 512 blocks of 1024 bytes. */
const LIMITED = ['bash', '-c', 'ulimit -f 512; exec "$@"', 'bash'];

/** Captures until the file cannot grow; how many packets it has. */
async function fill({ scene, pair }: NumberedCapture, file: string, before: readonly string[]): Promise<number> {
  const argv = ['capture', '-i', pair.near, '--bpf', 'udp port 9', '-w', file];
  const { status, said } = await scene.start(argv, before).ended;
  const { numbers, problems, isOrdered } = await readNumbered(file);
  expect([status, problems, isOrdered]).toEqual([74, [], true]);
  const [kept, lost] = /(\d+) packets? kept, (\d+) lost/.exec(said)!.slice(1).map(Number);
  expect(kept).toBe(numbers.length);
  const { captured, received, dropped, left } = reconciledIn(said);
  expect([captured, captured + lost! + dropped + left]).toEqual([kept, received]);
  expect(spawnSync('capinfos', ['-c', file]).status).toBe(0);
  fs.rmSync(file);
  return numbers.length;
}

async function fillRing({ start }: NumberedCapture, file: string): Promise<void> {
  const { status, said } = await start('-w', file, '--rotate-size', '100kB').ended;
  expect([status, said]).toEqual([74, expect.stringMatching(/r_\d+_\d+\.pcap cannot be written: /)]);
  const folder = path.dirname(file);
  const names = fs.readdirSync(folder).sort();
  const files = await Promise.all(names.map((name) => readNumbered(path.join(folder, name))));
  for (const { problems } of files) expect(problems).toEqual([]);
  const numbers = files.flatMap((one) => one.numbers);
  expect(numbers.every((number, at) => at === 0 || number > numbers[at - 1]!)).toBe(true);
  expect(numbers.length).toBeGreaterThan(1000);
  for (const name of names) fs.rmSync(path.join(folder, name));
}

/** A copy that fails is taken back; redirected records are torn, which is said. */
function rewriteInto({ fileOf }: NumberedCapture, disk: string): string {
  writeNumbered(fileOf('many.pcap'), PACKETS, 100);
  const copy = path.join(disk, 'copy.pcap');
  const copied = spawnSync(process.execPath, [BIN, 'capture', '-r', fileOf('many.pcap'), '-w', copy]);
  expect([copied.status, fs.existsSync(copy)]).toEqual([74, false]);
  const records = path.join(disk, 'records.ndjson');
  const out = fs.openSync(records, 'w');
  const printed = spawnSync(process.execPath, [BIN, 'capture', '-r', fileOf('many.pcap'), '--json'], {
    stdio: ['ignore', out, 'pipe'],
  });
  fs.closeSync(out);
  const said = printed.stderr.toString();
  const lines = fs.readFileSync(records, 'utf8').split('\n');
  const torn = lines.pop()!;
  for (const line of lines) JSON.parse(line);
  const another = torn === '' ? '' : ' and the beginning of another';
  const words = `no space left on device, write; what was written: ${lines.length} whole lines${another}\n`;
  expect([printed.status, said]).toEqual([74, expect.stringContaining(words)]);
  return `${lines.length} whole records, ${torn === '' ? 'none' : 'the last one'} torn`;
}
