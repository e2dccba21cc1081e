import { FrameRedactor } from '../../../src/core/redact/frame-redactor.ts';
import { REDACT_WORDS } from '../../../src/core/redact/redact-words.ts';
import { Redaction } from '../../../src/core/redact/redaction.ts';
import { Faults } from '../../../src/core/wire/faults.ts';
import { FrameSource, makePackets } from '../packets.ts';
import type { Target } from '../target.ts';

/** Frames are redacted: nothing throws, and none grows. */
export const redact: Target = {
  name: 'redact',
  share: 100,
  open(corpus) {
    const source = new FrameSource();
    const key = new Uint8Array(32).fill(1);
    const all = REDACT_WORDS.slice(0, -1);
    const redactors = [all, REDACT_WORDS].map((words) => new FrameRedactor(new Redaction(words, key)));
    return {
      make: (prng) => makePackets(prng, corpus),
      run(input) {
        for (const frames of redactors) {
          frames.faults = new Faults();
          source.feed(input, (packet) => {
            const length = frames.redact(packet);
            if (length > packet.frameEnd - packet.frameStart) throw new Error('a frame has grown');
          });
          if (frames.faults.firstError !== null) throw frames.faults.firstError;
        }
      },
    };
  },
};
