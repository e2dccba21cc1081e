import { flag, text } from '../options/option.ts';

/** Where records are written. */
export const recordFileOptions = {
  write: text(
    'Write the records to FILE, which must not exist, in the format that its name says (.ndjson, .json, .tsv, .csv, .parquet) or --output; - is stdout.',
    { short: 'w', value: 'FILE', offers: 'file' },
  ),
  force: flag('Replace an existing file.'),
};
