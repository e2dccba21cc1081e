import { prepareToReplace, replaceFile } from '../../../platform/files/replace-file.ts';
import { type Context, contextFor } from '../../context/context.ts';
import { callerWithGroups } from '../../context/lesser-user.ts';
import { placeOf } from '../../context/place.ts';
import { sayLimitsOnce } from '../../context/say-limits.ts';
import { sayFaults } from '../../reading/say-faults.ts';
import { familiesOfSample, familiesOfTextfile } from './metric-families.ts';
import type { MetricsRequest } from './metrics-request.ts';
import { metricsText } from './metrics-text.ts';
import { openShown } from './shown.ts';
import { standMetrics } from './stand-metrics.ts';
import { Station } from './station.ts';

/** node_exporter reads the file as another user. */
const TEXTFILE_MODE = 0o644;

/**
 * Listens or sends until it is interrupted, or replaces a file; or returns the metrics as text. Rejects with a Failure 64, 66, 69, 73, 74 or
 * 77.
 */
export async function runMetrics(given: Context, asked: MetricsRequest): Promise<string> {
  const context = contextFor(given, asked);
  const place = await placeOf(context, { root: asked.root, netns: null });
  const { write, targets, packets } = asked;
  const stands = asked.listen !== null || asked.push !== null;
  const shown = await openShown(context, asked.redact);
  const open = (): Promise<Station> => Station.open(place, { targets, packets, stands, shown }, sayLimitsOnce(context));
  if (stands) {
    await standMetrics(context, place, asked, shown, open);
    return '';
  }
  if (write !== null && write !== '-') prepareToReplace(write, callerWithGroups(context.env));
  const station = await open();
  try {
    await station.askOnce();
    const sample = await station.read();
    if (write === null) return await metricsText(familiesOfSample(sample), 'plain');
    const text = await metricsText(familiesOfTextfile(sample), 'plain');
    if (write === '-') return text;
    await replaceFile(write, text, TEXTFILE_MODE, callerWithGroups(context.env));
    return '';
  } finally {
    await station.close((faults) => sayFaults(context, faults));
  }
}
