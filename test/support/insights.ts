import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OpenRule, Rule } from '../../src/core/insight/rule.ts';
import { Shared } from '../../src/core/insight/shared.ts';
import { ThresholdSettings } from '../../src/core/insight/thresholds.ts';
import type { InsightRow } from '../../src/core/record/tables/insight.ts';
import { NANO, pcap } from './captures.ts';
import { netwatch, recordsOf } from './in-process.ts';
import { START, type StatisticFrame } from './run-statistic.ts';

/** Frames, each a millisecond after the one before unless told, from `START` on; or the name of a capture file. */
export type InsightInput = string | readonly (StatisticFrame | Uint8Array)[];

/** What `netwatch insights -r` finds in it, with thresholds as `rule.name=N`. Throws when it fails. */
export async function insightsOf(
  given: InsightInput,
  thresholds: readonly string[] = [],
): Promise<readonly InsightRow[]> {
  if (typeof given === 'string') return insightsOfFile(given, thresholds);
  const directory = mkdtempSync(path.join(tmpdir(), 'netwatch-insights-'));
  try {
    const file = path.join(directory, 'frames.pcap');
    writeFileSync(file, captureOf(given));
    return await insightsOfFile(file, thresholds);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** The findings of one rule among them. */
export async function findingsOf(
  rule: string,
  given: InsightInput,
  thresholds: readonly string[] = [],
): Promise<readonly InsightRow[]> {
  return (await insightsOf(given, thresholds)).filter((row) => row.rule === rule);
}

async function insightsOfFile(file: string, thresholds: readonly string[]): Promise<readonly InsightRow[]> {
  const set = thresholds.length === 0 ? [] : ['--threshold', thresholds.join(',')];
  const { status, out, said } = await netwatch('insights', '-r', file, '--json', '--ai', 'never', ...set);
  if (status !== 0) throw new Error(`insights -r ${file} ended with ${status}: ${said.join('\n')}`);
  return recordsOf<InsightRow & { readonly type: string }>(out)
    .filter(({ type }) => type === 'insight')
    .map(({ type: _, ...row }) => row);
}

/** A pcap file of one link type, with times to the nanosecond. */
export function captureOf(frames: readonly (StatisticFrame | Uint8Array)[]): Uint8Array {
  let clock = -1;
  let linkType = 1;
  const records = frames.map((given) => {
    const frame: StatisticFrame = given instanceof Uint8Array ? { bytes: given } : given;
    clock = frame.milliseconds ?? clock + 1;
    linkType = frame.linkType ?? linkType;
    const whole = Math.floor(clock / 1000);
    const fraction = Math.round((clock - 1000 * whole) * 1e6);
    return { bytes: frame.bytes, seconds: START + whole, fraction, length: frame.length ?? frame.bytes.length };
  });
  return pcap(records, { magic: NANO, linkType });
}

/** A rule at work by itself, with its usual thresholds: for what takes more packets than a capture of a test should hold. */
export const opened = (rule: Rule): OpenRule => rule.open(ThresholdSettings.usual.of(rule), new Shared());
