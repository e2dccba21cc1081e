import { openDocument } from '../../core/output/document.ts';
import { SNAPSHOT_PARTS, snapshot } from '../../core/record/tables/snapshot.ts';
import { type Command, type ListingCommand, listing } from '../listing/command.ts';
import { type Format, format } from '../listing/format.ts';
import { PARTS, SNAPSHOTS } from '../listing/run.ts';
import { REDACTED_RECORDS, redactOptions } from '../options/redact-options.ts';
import { machineOptions, placeOptions } from '../options/shared-options.ts';
import { keyOptions } from '../packets/capture-options.ts';
import { refuseLiveOptions } from '../reading/saved-records.ts';
import { recordFileOptions } from './record-file-options.ts';

const options = {
  ...machineOptions('a capture'),
  ...keyOptions,
  ...placeOptions,
  ...redactOptions,
  ...recordFileOptions,
  write: { ...recordFileOptions.write, doc: 'Write the document to FILE, which must not exist; - is stdout.' },
};

const documentAs = (name: 'json' | 'ndjson', between: '\n' | ''): Format => ({
  ...format(name, ({ context: { stdout } }) => openDocument(stdout, snapshot, between), { excludes: { filter: null } }),
  choosesFields: false,
});
const DOCUMENT = documentAs('json', '\n');
const DOCUMENT_LINE = documentAs('ndjson', '');

/** `netwatch export snapshot`: everything at once, to be compared later. */
export const exportSnapshot: Command = listing({
  name: 'export snapshot',
  about: 'everything that can be seen of the machine, or in a capture, as one JSON document',
  details: [
    'One JSON document of type snapshot: when it was taken and by which version; then host, ifaces, routes (of all tables), dns_servers, neighbors, counters of the kernel, listeners (sockets that listen, and datagram sockets without a peer), conns (all other sockets), and limits: what could not be seen, why, and the command that grants it. A part that could not be read at all is null, and limits has its reason. Records are those of the other commands, each on a line of its own; with -o ndjson the whole document is one line. netwatch schema snapshot has its schema.',
    'With -r it is of a capture: conns are its flows, streams what follow --list says of them; the parts that only a machine has are null.',
    'With -w, the file is created so that only its owner can read it, and never replaces another without --force, which replaces it as a whole; a run that fails leaves no file. As root more can be seen: the processes of other users.',
    'netwatch export diff compares two of them.',
    REDACTED_RECORDS,
  ],
  operands: '',
  operandChoices: [],
  options,
  refusesRoot: ({ read }) => (read === null ? null : '--root cannot be used with --read'),
  formats: [DOCUMENT_LINE, DOCUMENT],
  usualFormat: () => DOCUMENT,
  tables: [
    snapshot,
    ...Object.values(SNAPSHOT_PARTS).flatMap(({ of }) => (of === SNAPSHOT_PARTS.listeners.of ? [] : [of])),
  ],
  examples: [
    { line: 'netwatch export snapshot -w today.json', about: 'all of this machine' },
    { line: 'netwatch export snapshot | jq .listeners[].process', about: 'for a script' },
    { line: 'netwatch export snapshot -r all.pcap -w capture.json', about: 'what a capture holds' },
  ],
  tableOf: () => snapshot,
  runOf: ({ read, write }) => {
    if (write === null || write === '-') return read === null ? SNAPSHOTS : PARTS;
    return {
      kind: 'deed',
      interruptIsStatus: true,
      async perform(context, values, operands) {
        const { writeRecords } = await import('./write-records.ts');
        const { force, output, json } = values;
        const request = {
          name: write,
          force,
          format: output === 'ndjson' || json ? ('ndjson' as const) : ('json' as const),
        };
        return writeRecords(exportSnapshot as ListingCommand, context, values, operands, request);
      },
    };
  },
  run: async function* (context, values, _operands, request) {
    const { readSnapshot, readCapturedSnapshot } = await import('./read-snapshot.ts');
    const { read, root, netns, keylog } = values;
    if (read === null) {
      yield* readSnapshot(context, { root, netns, keylog }, request);
      return;
    }
    refuseLiveOptions(values, ['netns']);
    yield* readCapturedSnapshot(context, read, keylog, request);
  },
});
