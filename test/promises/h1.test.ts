import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import { damaged, type SampleFrame, SCALE, sampleFrames, seeded } from '../support/attack.ts';
import { AttackedRun } from '../support/attacked-run.ts';
import { runInProcess } from '../support/in-process.ts';
import { ROOT } from '../support/program.ts';
import { runTool, toolIsMissing } from '../support/tool.ts';
import { promised } from './promise.ts';

const ROUNDS = 80 * SCALE;
const FILES = 5 * SCALE;
/** Packets of one run, so that what is remembered of them is attacked too. */
const RUN = 20_000;
/** For one packet; it is far more than any takes, since the machine may be busy. */
const LONGEST_MS = 50;
/** What takes longer is measured again, since something else may have come between. */
const NOTABLE_MS = 5;

promised(
  {
    id: 'H1',
    says: 'No packet, however malformed, ends the program or holds it up: netwatch counts it as malformed and reads the next one.',
    tested:
      'Sample frames of every protocol, damaged at random with a fixed seed, through the dissector, every statistic, the record and the decoded text; then captures damaged by editcap -E 0.02 through every command that reads one.',
    notPromised: 'netwatch does not call a damaged packet malformed if it still makes sense.',
    skipped: null,
    timeoutMs: 300_000,
  },
  async () => {
    const frames = await sampleFrames();
    const random = seeded(1);
    let run = new AttackedRun();
    let packets = 0;
    let malformed = 0;
    let longest = 0;
    const met = new Set<number>();
    const close = (): void => {
      expect(run.records<{ packets: number; malformed_packets: number }>('capture_summary')).toMatchObject([
        { packets: run.packet.number, malformed_packets: run.malformed },
      ]);
      malformed += run.malformed;
      for (const id of run.met) met.add(id);
      run = new AttackedRun();
    };
    for (let round = 0; round < ROUNDS; round++) {
      for (const { bytes, linkType } of frames) {
        const frame = { bytes: damaged(bytes, frames[random(frames.length)]!.bytes, random), linkType };
        const before = performance.now();
        run.take(frame);
        const took = performance.now() - before;
        longest = Math.max(longest, took > NOTABLE_MS ? Math.min(took, soonest(frame)) : took);
        if (++packets % RUN === 0) close();
      }
    }
    close();
    expect(longest).toBeLessThan(LONGEST_MS);
    const files = toolIsMissing('editcap') ? 0 : await readDamagedFiles();
    return `0 crashes in ${packets.toLocaleString('en')} damaged frames of ${met.size} protocols (${malformed.toLocaleString('en')} malformed, longest ${longest.toFixed(1)} ms) and in ${files} readings of damaged captures`;
  },
);

/** What the frame takes by itself, when neither a collection of garbage nor another process comes between. */
function soonest(frame: SampleFrame): number {
  const times = [0, 1, 2].map(() => {
    const run = new AttackedRun();
    const before = performance.now();
    run.take(frame);
    return performance.now() - before;
  });
  return Math.min(...times);
}

const READINGS = [
  ['stats', '--by', 'summary,protocols,dns,http,tls,expert,handshakes'],
  ['capture', '--json'],
  ['capture', '-V', '-x'],
  ['follow', '--all', '--json'],
  ['conns', '--json'],
  ['export', 'packets', '--tsv'],
];

/** How often a damaged capture was read, each time with an exit status that tells. */
async function readDamagedFiles(): Promise<number> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-h1-'));
  let readings = 0;
  try {
    for (let seed = 1; seed <= FILES; seed++) {
      const file = path.join(folder, `${seed}.pcap`);
      const source = path.join(ROOT, 'test/captures/loopback.pcap');
      expect(runTool('editcap', ['-E', '0.02', '--seed', String(seed), source, file]).status).toBe(0);
      for (const reading of READINGS) {
        const { status, said } = await runInProcess([...reading, '-r', file]);
        expect([reading, status, said.join()]).toEqual([reading, 0, expect.not.stringContaining('bug')]);
        readings++;
      }
    }
    return readings;
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}
