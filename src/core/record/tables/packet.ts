import {
  address,
  bytes,
  choice,
  flag,
  integer,
  list,
  maybe,
  port,
  ranking,
  seconds,
  shown,
  type Tone,
  text,
  time,
  toneBy,
} from '../field.ts';
import { type Row, table } from '../table.ts';
import { DISPLAY_FIELDS } from './display-fields.ts';

/** From the gravest. */
const SEVERITIES = ['error', 'warn', 'note', 'chat'] as const;
export type PacketSeverity = (typeof SEVERITIES)[number];

const TONES: Readonly<Record<PacketSeverity, Tone | null>> = {
  error: 'bad',
  warn: 'notice',
  note: null,
  chat: 'faint',
};

/** One frame of a capture, summed up as tshark's packet list does. */
export const packet = table(
  'packet',
  'One row per frame of a capture.',
  {
    number: integer('Number of the frame, from 1, in file order.', shown('NO', 1)),
    time: maybe(time('When it was captured; null where the file does not say.')),
    rel_s: maybe(seconds('Time since the first frame.', shown('TIME', 1))),
    iface: maybe(text('Interface it was captured on; null where the file does not name it.')),
    link: text('Link type of the frame, as in ETHERNET.'),
    length: bytes('Bytes on the wire.', shown('LENGTH', 3)),
    captured: bytes('Bytes captured of it.'),
    src: maybe(address('Source address of the innermost IP header, or else of the link.', shown('SOURCE', 1))),
    src_port: maybe(port('Source port of the innermost transport.')),
    dst: maybe(
      address('Destination address of the innermost IP header, or else of the link.', shown('DESTINATION', 1)),
    ),
    dst_port: maybe(port('Destination port of the innermost transport.')),
    proto: maybe(
      text('The topmost protocol, by its usual name; null for a frame that cannot be read.', shown('PROTO', 1)),
    ),
    layers: list('Every protocol in it, from the outside in, by filter names.'),
    info: text('What the topmost protocol says.', shown('INFO', 1)),
    stream: maybe(integer('Number of its TCP, UDP or SCTP stream; each transport is counted separately.')),
    severity: maybe(
      ranking('The severity of the most serious thing found in it.', SEVERITIES, {
        tone: toneBy(TONES),
      }),
    ),
    expert: list("What is worth looking at, by Wireshark's names."),
    pid: maybe(
      integer(
        'Process that sent it, or else the one that received it; captures of macOS say, and those of capture --annotate.',
      ),
    ),
    process: maybe(text('Its name.')),
    delta_s: maybe(seconds('Time since the previous frame.')),
    transport: maybe(choice('The innermost transport.', ['tcp', 'udp', 'sctp'])),
    tcp_flags: maybe(text('Flags of the TCP header, as in SYN, ACK.')),
    payload_bytes: maybe(bytes('Bytes the innermost transport carries, on the wire.')),
    truncated: flag('The capture holds less than the headers promise.'),
    malformed: flag('A length or field contradicts the bytes.'),
    comment: maybe(text('Comments stored with the frame (pcapng), a line each.')),
    src_host: maybe(text('Name of src by reverse DNS, with --resolve.')),
    dst_host: maybe(text('Name of dst by reverse DNS, with --resolve.')),
  },
  {
    more: DISPLAY_FIELDS,
    hosts: { src_host: 'src', dst_host: 'dst' },
    aliases: {
      addr: ['src', 'dst'],
      port: ['src_port', 'dst_port'],
      'frame.number': ['number'],
      'frame.len': ['length'],
      'frame.cap_len': ['captured'],
      'frame.comment': ['comment'],
    },
  },
);
export type PacketRow = Row<typeof packet>;
