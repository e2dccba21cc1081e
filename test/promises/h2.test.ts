import { expect } from 'vitest';
import { type SampleFrame, sampleFrames } from '../support/attack.ts';
import { AttackedRun } from '../support/attacked-run.ts';
import { promised } from './promise.ts';

/** Longer ones are cut at every length up to here, and at their end. */
const MOST = 250;

promised(
  {
    id: 'H2',
    says: 'A packet may be cut anywhere: netwatch shows the part that is whole, and calls the rest truncated if the capture cut it, or malformed if it was sent like that.',
    tested:
      'Sample frames of every protocol, cut at every length, through the dissector, every statistic, the record and the decoded text: once as a capture cuts them (the length on the wire is known) and once as if they had been sent like that.',
    notPromised: null,
    skipped: null,
    timeoutMs: 300_000,
  },
  async () => {
    let cuts = 0;
    const met = new Set<number>();
    for (const frame of await sampleFrames()) {
      const run = new AttackedRun();
      for (let length = 0; length <= Math.min(MOST, frame.bytes.length); length++) {
        const cut: SampleFrame = { bytes: frame.bytes.slice(0, length), linkType: frame.linkType };
        run.take(cut);
        expect([length, run.packet.truncated]).toEqual([length, false]);
        if (length < frame.bytes.length) run.take(cut, frame.bytes.length);
        cuts += 2;
      }
      for (const id of run.met) met.add(id);
    }
    return `0 throws in ${cuts.toLocaleString('en')} cuts of frames of ${met.size} protocols`;
  },
);
