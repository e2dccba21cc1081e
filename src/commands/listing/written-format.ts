import { CAPTURE_FORMATS, type CaptureFormat } from '../../core/capture/capture-writer.ts';
import { usageError } from '../../core/failure.ts';
import { RECORD_FORMATS, type RecordFormat } from '../../core/output/format.ts';
import { shellFile } from '../../core/output/shell-word.ts';
import type { Options } from '../options/option.ts';
import type { ListingValues } from '../options/shared-options.ts';
import { askedFormat } from './listing-plan.ts';

const RECORD_ENDS: Readonly<Record<string, RecordFormat>> = {
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'json',
  '.tsv': 'tsv',
  '.csv': 'csv',
  '.parquet': 'parquet',
};

/** The capture format that the end of a file name says; null for none. Throws Failure 64 for a compressed one. */
export function captureFormatOf(name: string): CaptureFormat | null {
  if (/\.(gz|zst)$/.test(name)) {
    throw usageError(`${name}: netwatch writes captures uncompressed`, {
      hint: `-w - | ${packerOf(name)} > ${shellFile(name)}`,
    });
  }
  return CAPTURE_FORMATS.find((format) => name.endsWith(`.${format}`)) ?? null;
}

const packerOf = (name: string): string => (name.endsWith('.gz') ? 'gzip' : 'zstd');

/**
 * The format of the records that `--write` should hold, or null for a capture: --as and the end of a capture's name
 * mean a capture, otherwise --output decides, otherwise the end of the name.
 */
export function recordFormatOf(values: ListingValues<Options>, name: string): RecordFormat | null {
  if (values.as !== null || captureFormatOf(name) !== null) return null;
  const asked = askedFormat(values);
  const named = RECORD_FORMATS.find((format) => format === asked);
  if (named !== undefined) return named;
  const end = Object.keys(RECORD_ENDS).find((one) => name.endsWith(one));
  return end === undefined ? null : RECORD_ENDS[end]!;
}

/** Throws Failure 64 for options about records when a capture is written. */
export function refuseRecordOptions(values: ListingValues<Options>): void {
  for (const name of ['sort', 'expect', 'fail-on', 'decode', 'hex']) {
    const value = values[name];
    if (value === null || value === undefined || value === false) continue;
    throw usageError(`--${name} applies to packets that are printed, not to packets that --write saves`);
  }
}
