import fs from 'node:fs';
import { test } from 'vitest';

/** A promise that RELIABILITY.md tells of, and how it is kept. */
export interface PromiseOfUs {
  /** Its number, which its file has in its name: `R1` is r1.test.ts. */
  readonly id: string;
  /** What is promised, in a sentence. */
  readonly says: string;
  /** How it is tested, in a sentence. */
  readonly tested: string;
  /** What a reader might take for promised and is not; null when nothing. */
  readonly notPromised: string | null;
  /** Why it cannot be tested here; null when it can. */
  readonly skipped: string | null;
  readonly timeoutMs: number;
}

/** Names the file into which each promise that held is written, a JSON line each, for RELIABILITY.md. */
const LEDGER = process.env.NETWATCH_PROMISES;

/** Tests a promise by `keep`, which throws when it is broken and else resolves to the figure that was measured. */
export function promised(one: PromiseOfUs, keep: () => Promise<string>): void {
  const name = `${one.id}: ${one.says}`;
  if (one.skipped !== null) console.warn(`skipped: ${one.id}: ${one.skipped}`);
  test.skipIf(one.skipped !== null)(name, { timeout: one.timeoutMs }, async () => {
    const figure = await keep();
    console.log(`${one.id}: ${figure}`);
    if (LEDGER !== undefined) fs.appendFileSync(LEDGER, `${JSON.stringify({ ...one, figure })}\n`);
  });
}
