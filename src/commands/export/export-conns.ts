import { connOptions } from '../conns/conn-options.ts';
import { conns } from '../conns/conns.ts';
import type { ListingCommand } from '../listing/command.ts';
import { REDACTED_RECORDS } from '../options/redact-options.ts';
import { recordExport } from './record-export.ts';

// a history is for netwatch conns
const { append, 'append-max': _, ...options } = connOptions;

/** `netwatch export conns`: connections, as records in a file. */
export const exportConns = recordExport(conns as ListingCommand, {
  name: 'export conns',
  about: 'connections of the machine or of a capture, as records',
  details: [
    'The records of netwatch conns, with its options: of the machine, or with -r of a capture or of saved records. With -w they go to a file, in the format that its name says; without, to stdout.',
    'A file is created so that only its owner can read it, and never replaces another without --force; a run that fails leaves no file. With --interval or --events, it ends with the run: an interrupt ends both, and the file is kept.',
    REDACTED_RECORDS,
  ],
  options,
  given: {},
  examples: [
    { line: 'netwatch export conns -w conns.ndjson', about: 'every socket of this machine' },
    { line: 'netwatch export conns -w conns.parquet', about: 'the same for DuckDB, ClickHouse and the like' },
    {
      line: 'netwatch export conns -r all.pcap --fields all -w flows.csv',
      about: 'the flows of a capture, for a spreadsheet',
    },
    { line: 'netwatch export conns --events --duration 1h -w hour.ndjson', about: 'what opens and closes in an hour' },
  ],
});
