import { usageError } from '../../core/failure.ts';
import { parseInstant, parseRelative } from '../../core/filter/instant.ts';

/** Milliseconds since 1970: a time, or a length of time before the present. Throws Failure 64. */
export function readSince(text: string, present: number): number {
  const instant = parseInstant(text);
  const offset = parseRelative(text) ?? parseRelative(`-${text}`);
  if (instant === null && offset === null)
    throw usageError(`--since "${text}" is no time`, { hint: 'as in 24h, 30d, 2026-01-02, 2026-01-02T03:00' });
  const since = instant === null ? present + offset! : Date.parse(`${instant}Z`);
  if (since > present) throw usageError(`--since "${text}" is still to come`);
  return since;
}
