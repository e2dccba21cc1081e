import {
  address,
  bytes,
  choice,
  flag,
  integer,
  list,
  maybe,
  millis,
  percent,
  port,
  seconds,
  text,
  time,
} from '../../../src/core/record/field.ts';
import { type Row, table } from '../../../src/core/record/table.ts';

/** A table with a field of each kind that filters treat in a way of its own. */
export const sample = table(
  'sample',
  'One row per sample.',
  {
    time: maybe(time('When.')),
    proto: maybe(choice('Protocol.', ['tcp', 'udp'])),
    app: maybe(text('Application.')),
    state: maybe(choice('State.', ['ESTABLISHED', 'SYN_RECV', 'TIME_WAIT', 'LISTEN'])),
    src: maybe(address('Source.')),
    dst: maybe(address('Destination.')),
    src_port: maybe(port('Source port.')),
    dst_port: maybe(port('Destination port.')),
    process: maybe(text('Process.')),
    pid: maybe(integer('Process id.')),
    size: maybe(bytes('Size.')),
    rtt_ms: maybe(millis('Round trip.')),
    age_s: maybe(seconds('Age.')),
    loss_pct: maybe(percent('Loss.')),
    ok: maybe(flag('Whether it went well.')),
    tags: list('Tags.'),
  },
  { aliases: { port: ['src_port', 'dst_port'], 'ip.addr': ['src', 'dst'], 'ip.src': ['src'] } },
);
export type SampleRow = Row<typeof sample>;

const UNKNOWN: SampleRow = {
  time: null,
  proto: null,
  app: null,
  state: null,
  src: null,
  dst: null,
  src_port: null,
  dst_port: null,
  process: null,
  pid: null,
  size: null,
  rtt_ms: null,
  age_s: null,
  loss_pct: null,
  ok: null,
  tags: [],
};

/** A row of which nothing else is known. */
export function sampleRow(known: Partial<SampleRow>): SampleRow {
  return { ...UNKNOWN, ...known };
}
