import { follow } from '../follow/follow.ts';
import { followOptions } from '../follow/follow-options.ts';
import type { ListingCommand } from '../listing/command.ts';
import { REDACTED_RECORDS } from '../options/redact-options.ts';
import { recordExport } from './record-export.ts';

// what streams say, and how much of that is held, is for follow
const { list, all, stream, as, dir, write, force, 'max-segments': _, 'max-bytes': __, ...options } = followOptions;

/** `netwatch export streams`: the streams of a capture, as records in a file. */
export const exportStreams = recordExport(follow as ListingCommand, {
  name: 'export streams',
  about: 'streams of a capture or of the machine, as records',
  details: [
    'One record for each TCP connection or UDP conversation of a capture, as netwatch follow --list prints them; what they said is what netwatch follow prints. Without -r they are captured live, each written when it is over, until --duration has passed or Ctrl-C. With -w they go to a file, in the format that its name says; without, to stdout.',
    'A file is created so that only its owner can read it, and never replaces another without --force; a run that fails leaves no file.',
    REDACTED_RECORDS,
  ],
  options,
  given: { list: true },
  examples: [
    { line: 'netwatch export streams -r all.pcap -w streams.ndjson', about: 'every stream of a capture' },
    { line: "netwatch export streams -r all.pcap -f 'retransmissions > 0' --csv", about: 'those with losses' },
  ],
});
