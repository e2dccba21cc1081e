import { bytes, choice, count, integer, maybe, shown, text, time, WHOLE } from '../field.ts';
import { type Row, table } from '../table.ts';

/** A hole in a stream: the reader was slower than the source, the source was away, or there was more than memory should hold. */
export const gap = table('gap', 'Snapshots, packets or records that are missing.', {
  time: time('When this was noticed: they are missing before the next record.'),
  dropped: maybe(
    count(
      'How many were dropped; null when nobody counted them, for example while an interface was down.',
      shown('DROPPED', 1),
    ),
  ),
  reason: text('Why.', shown('REASON', 1)),
  iface: maybe(text('The interface whose packets are missing; null when the gap is about no interface.')),
});
export type GapRow = Row<typeof gap>;

/** What a snapshot of sockets does not know. Each sum reconciles: total = attributed + the unattributed. */
export const coverage = table('coverage', 'What a snapshot of sockets knows and does not know.', {
  time: time('When it was read.'),
  sockets: count('Sockets listed.', shown('SOCKETS', 1)),
  attributed: count('Of these, with a known owner.', shown('OWNED', 1)),
  unattributed_kernel: count('Held by the kernel alone (TIME_WAIT, not yet accepted, orphaned).', shown('KERNEL', 2)),
  unattributed_denied: count('The owner may not be read by this user.', shown('DENIED', 2)),
  unattributed_unseen: count('No visible process holds it.', shown('UNSEEN', 2)),
  interface_bytes: maybe(
    bytes(
      'Bytes all interfaces moved between two samples, both directions, headers included.',
      shown('IFACE BYTES', 3),
    ),
  ),
  attributed_bytes: maybe(
    bytes('Payload bytes of sockets with a known owner in the same time.', shown('OWNED BYTES', 3)),
  ),
  unattributed_bytes: maybe(
    bytes('Payload bytes of sockets without a known owner in the same time.', shown('UNOWNED BYTES', 3)),
  ),
  unaccounted_bytes: maybe(
    bytes(
      'The rest: headers, acknowledgements, UDP and raw traffic, forwarding, sockets that lived between the samples.',
      shown('OTHER BYTES', 3),
    ),
  ),
  interval_ms: maybe(integer('Time between the two samples.')),
  captured: maybe(count('Packets captured; null when nothing captures.')),
  dropped_by_kernel: maybe(count('Packets the kernel dropped; null when nothing captures.')),
  dropped_by_reader: count('Snapshots dropped because the reader was slow.', shown('GAPS', 4)),
});
export type CoverageRow = Row<typeof coverage>;

/** What a user may not see, or what this machine does not tell. */
export const limit = table('limit', 'One thing that could not be seen.', {
  what: text('What is missing.', { ...shown('WHAT', 1), wraps: true }),
  why: text('Why.', { ...shown('WHY', 1), wraps: true }),
  remedy: maybe(text('The command that grants it; null where nothing does.', { ...shown('REMEDY', 1), wraps: true })),
});
export type LimitRow = Row<typeof limit>;

/** One thing doctor looked at. */
export const check = table('check', 'One thing this machine permits or lacks.', {
  name: text('What was checked.', shown('CHECK', 1)),
  status: choice('Whether it works.', ['ok', 'limited', 'missing'], {
    ...shown('STATUS', 1),
    tone: (status) => (status === 'ok' ? 'good' : status === 'limited' ? 'notice' : 'bad'),
  }),
  detail: text('What was found.', { ...shown('DETAIL', 1), wraps: true }),
  remedy: maybe(text('The command that fixes it.', { ...shown('REMEDY', 1), wraps: true })),
});

/** A field of a record type, as `netwatch fields` lists it. */
export const fieldRecord = table('field', 'One row per field of a record type.', {
  record: text('Record type.'),
  name: text('Field name.', shown('FIELD', 1, WHOLE)),
  kind: text('Kind, which includes the unit.', shown('KIND', 1)),
  json_type: text('JSON type.', shown('JSON', 4)),
  nullable: choice('Whether it may be null (unknown).', ['yes', 'no'], shown('NULL', 2)),
  visible: choice('Whether a table shows it by default.', ['always', 'repeating', 'never'], shown('VISIBLE', 3)),
  heading: text('Heading of its column.'),
  values: maybe(text('The closed set of its values.')),
  doc: text('What it means.', shown('MEANING', 1, 40)),
});
export type FieldRow = Row<typeof fieldRecord>;
