import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InsightRow } from '../../src/core/record/tables/insight.ts';
import { realClock } from '../../src/platform/machine/real-clock.ts';
import { recordsOf, runInProcess } from './in-process.ts';
import type { OllamaServer } from './ollama-server.ts';

/** What a run with a model printed, said, ended with and sent. */
export interface Commented {
  readonly status: number;
  readonly out: string;
  readonly said: readonly string[];
  readonly rows: readonly InsightRow[];
  readonly bodies: readonly Buffer[];
}

/** `netwatch insights -r` on the bytes of a capture, with that server as its model; the server is closed. */
export async function insightsWithModel(
  capture: Uint8Array,
  opening: Promise<OllamaServer>,
  ...words: readonly string[]
): Promise<Commented> {
  const folder = mkdtempSync(path.join(tmpdir(), 'netwatch-model-'));
  const server = await opening;
  try {
    const file = path.join(folder, 'capture.pcap');
    writeFileSync(file, capture);
    const argv = ['insights', '-r', file, '-o', 'ndjson', '--ollama', server.url, ...words];
    const ran = await runInProcess(argv, { clock: realClock });
    return { ...ran, rows: recordsOf<InsightRow>(ran.out), bodies: server.asked.map(({ body }) => body) };
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}
