import type { Sink } from '../../src/core/output/sink.ts';

/** A sink that keeps what was written. */
export function openMemorySink(): Sink & { text(): string } {
  let written = '';
  return {
    write(text) {
      written += text;
      return undefined;
    },
    flush: async () => {},
    text: () => written,
  };
}
