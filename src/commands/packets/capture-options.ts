import { CAPTURE_FORMATS } from '../../core/capture/capture-writer.ts';
import { usageError } from '../../core/failure.ts';
import { ENGINES, SANDBOX_MODES } from '../../core/system/sensor.ts';
import { choice, duration, flag, integer, size, text } from '../options/option.ts';
import { repeatOptions } from '../options/shared-options.ts';
import { ebpfOptions } from './ebpf-options.ts';

/** Options of a live capture, beside those that say where packets come from. */
export const liveOptions = {
  bpf: text('Capture only what this libpcap filter passes; see pcap-filter(7).', { value: 'EXPR' }),
  snaplen: integer('Keep only the first N bytes of each packet (262144).', { least: 14, most: 262_144 }),
  buffer: size('What the kernel holds until netwatch takes it (16MiB).'),
  'no-promisc': flag('Only what is addressed to this machine.'),
  engine: choice(
    'What captures: pcap (the standard), a process of netwatch; tcpdump or dumpcap, where installed, with times in nanoseconds.',
    ENGINES,
  ),
  sandbox: choice(
    'What the process that captures gives up once the interfaces are open: on (the standard), user, capabilities and, where the kernel has Landlock, all files; strict, the same or nothing is captured; off, nothing. With --read it is about netwatch itself, which keeps what is open.',
    SANDBOX_MODES,
  ),
  reconnect: flag('When an interface is gone, wait for one of that name and go on.'),
  ...ebpfOptions,
};

/** Options of the commands that work on packets. */
export const packetOptions = {
  read: text('The capture: pcap or pcapng, packed or not; - is stdin, read as it grows.', {
    short: 'r',
    value: 'FILE',
    offers: 'file',
  }),
  interface: text('Only packets captured on this interface, where the file names them.', {
    short: 'i',
    value: 'NAME',
    offers: 'interface',
  }),
  expect: repeatOptions.expect,
};

/** The same for commands that capture, too. */
export const sourceOptions = {
  read: text('Read this capture instead of the live machine: pcap or pcapng, packed or not; - is stdin, as it grows.', {
    short: 'r',
    value: 'FILE',
    offers: 'file',
  }),
  interface: text(
    'Capture on these interfaces, with commas between them, or on any; that of the default route unless given. Of a file, only packets of this one.',
    { short: 'i', value: 'NAME', offers: 'interface' },
  ),
};

/** How packets are put into a file. */
export const packetWriteOptions = {
  'packet-buffered': flag('With --write: write each packet by itself, so that no kill can tear one.', { short: 'U' }),
  annotate: flag('With --write, as pcapng: put process, pid and user of each packet into its comment.'),
};

/** How a capture is written into one file after another. */
export const rotateOptions = {
  'rotate-size': size('With --write: begin another file when one has SIZE bytes.'),
  'rotate-time': duration('With --write: begin another file when one covers D.'),
  'rotate-keep': integer('With --rotate-size or --rotate-time: keep the last N files.', { least: 1 }),
};

/** Options of the commands that write packets. */
export const writeOptions = {
  write: text(
    'Write the packets to FILE, which must not exist, instead of printing them; - is stdout, unless that is a terminal.',
    {
      short: 'w',
      value: 'FILE',
      offers: 'file',
    },
  ),
  as: choice('Format of the file; else the end of its name says, or it is that of the capture read.', CAPTURE_FORMATS),
  force: flag('Replace a file that exists.'),
};

/** The file of --read. Throws Failure 64 without one. */
export function requireCapture(command: string, read: string | null): string {
  if (read === null) throw usageError(`${command} needs a capture`, { hint: `netwatch ${command} -r FILE` });
  return read;
}
