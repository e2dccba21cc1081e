import { TESTS } from 'fuzz:tests';
import { type RecordedFrame, recorded } from './recording-wire.ts';
import { runTests } from './stand-in-vitest.ts';

/** Every frame that the tests dissect, those of one dissector together and in order. */
export async function sampleFrames(): Promise<readonly (readonly RecordedFrame[])[]> {
  for (const load of TESTS) {
    try {
      await load();
    } catch {
      // it wants a file beside it, which a bundle has not
    }
    await runTests();
  }
  return [...recorded.values()];
}
