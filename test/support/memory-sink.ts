import type { Sink } from '../../src/core/output/sink.ts';

/** A sink that keeps what was written. */
export function openMemorySink(): Sink & { text(): string } {
  let written = '';
  return {
    write(text) {
      written += text;
      return undefined;
    },
    writeBytes(bytes) {
      written += Buffer.from(bytes).toString('latin1');
      return undefined;
    },
    flush: async () => {},
    text: () => written,
  };
}
