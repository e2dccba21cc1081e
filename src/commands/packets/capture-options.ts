import { CAPTURE_FORMATS } from '../../core/capture/capture-writer.ts';
import { usageError } from '../../core/failure.ts';
import { ENGINES, SANDBOX_MODES } from '../../core/system/sensor.ts';
import { choice, duration, flag, integer, size, text } from '../options/option.ts';
import { expectOptionsOf } from '../options/shared-options.ts';
import { ebpfOptions } from './ebpf-options.ts';

/** Options of a live capture, except those that say where packets come from. */
export const liveOptions = {
  bpf: text('Capture only what this libpcap filter passes; see pcap-filter(7).', { value: 'EXPR' }),
  snaplen: integer(
    'Keep only the first N bytes of each packet, at least 14 (262144); 0 is the default, as with tcpdump.',
    { least: 0, most: 262_144 },
    { short: 's' },
  ),
  buffer: size('Size of the kernel buffer that holds packets until netwatch reads them (16MiB).'),
  'no-promisc': flag('Capture only what is addressed to this machine (no promiscuous mode).', { short: 'p' }),
  engine: choice(
    'What captures: pcap (the default), a process of netwatch; or tcpdump or dumpcap, where installed, with times in nanoseconds.',
    ENGINES,
  ),
  sandbox: choice(
    'What the capturing process gives up once the interfaces are open. on (the default): its user, its capabilities and, where the kernel has Landlock, access to all files. strict: the same, and without all of it nothing is captured. off: nothing. With --read this applies to netwatch itself, which keeps the files that are already open.',
    SANDBOX_MODES,
  ),
  reconnect: flag('When an interface disappears, wait for one with the same name and continue.'),
  ...ebpfOptions,
};

/** The keys of encrypted sessions. */
export const keyOptions = {
  keylog: text(
    'Decrypt TLS and QUIC with the secrets in this file, in the NSS key log format that SSLKEYLOGFILE makes programs write. Secrets inside a pcapng file are used without it.',
    { value: 'FILE', offers: 'file' },
  ),
};

/** Options of the commands that work on packets. */
export const packetOptions = {
  read: text('The capture: pcap or pcapng, compressed or not; - is stdin, read as it grows.', {
    short: 'r',
    value: 'FILE',
    offers: 'file',
  }),
  interface: text('Only packets captured on this interface, where the file names them.', {
    short: 'i',
    value: 'NAME',
    offers: 'interface',
  }),
  ...keyOptions,
  ...expectOptionsOf({ expect: 'count(severity == error) == 0', failOn: 'severity == error' }),
};

/** The same for commands that capture, too. */
export const sourceOptions = {
  read: text(
    'Read this capture instead of the live machine: pcap or pcapng, compressed or not; - is stdin, read as it grows.',
    {
      short: 'r',
      value: 'FILE',
      offers: 'file',
    },
  ),
  interface: text(
    'Capture on these interfaces, separated by commas, or on any; the default is the interface of the default route. With a file, only packets captured on this interface.',
    { short: 'i', value: 'NAME', offers: 'interface' },
  ),
  ...keyOptions,
};

/** How packets are written to a file. */
export const packetWriteOptions = {
  'packet-buffered': flag('With --write: write each packet separately, so that a kill cannot leave half of one.', {
    short: 'U',
  }),
  annotate: flag(
    'With --write, as pcapng: put the process, pid and user that sent and that received each packet into its comment; -r reads them back.',
  ),
};

/** How a capture is written to one file after another. */
export const rotateOptions = {
  'rotate-size': size('With --write: begin a new file when one reaches SIZE bytes.'),
  'rotate-time': duration('With --write: begin a new file when one covers D.'),
  'rotate-keep': integer('With --rotate-size or --rotate-time: keep only the last N files.', { least: 1 }),
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
  as: choice(
    'Format of the file; the default is what the end of its name says, or else the format of the capture that is read.',
    CAPTURE_FORMATS,
  ),
  force: flag('Replace an existing file.'),
  'discard-secrets': flag(
    'With --write: leave out the secrets of TLS sessions that a pcapng file holds; otherwise a pcapng that is written has them, too.',
  ),
};

/** The file of --read. Throws Failure 64 without one. */
export function requireCapture(command: string, read: string | null): string {
  if (read === null) throw usageError(`${command} needs a capture`, { hint: `netwatch ${command} -r FILE` });
  return read;
}
