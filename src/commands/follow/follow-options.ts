import { choice, flag, integer, text } from '../options/option.ts';
import { redactOptions } from '../options/redact-options.ts';
import { expectOptionsOf, repeatOptions, resolveOptions } from '../options/shared-options.ts';
import { liveOptions, sourceOptions, writeOptions } from '../packets/capture-options.ts';

/** The options of `follow`, in addition to those of every listing. */
export const followOptions = {
  ...sourceOptions,
  ...expectOptionsOf({ expect: 'none(retransmissions > 100)', failOn: 'retransmissions > 100' }),
  ...resolveOptions,
  ...redactOptions,
  ...liveOptions,
  duration: repeatOptions.duration,
  list: flag('List the streams.'),
  all: flag('Print every stream and its segments, as NDJSON unless you ask for another format.'),
  stream: integer('Follow the stream with this number.', { least: 0 }),
  tcp: flag('TCP streams (the default for --stream and --all).'),
  udp: flag('UDP streams.'),
  tls: flag('What was inside TLS of TCP streams, decrypted with --keylog or the secrets in a pcapng file.'),
  as: choice('How to print the stream; the default is text, or raw with --write.', ['text', 'hex', 'raw', 'ndjson']),
  dir: choice('Both directions, or only what one side sent; A sent the first packet.', ['both', 'a', 'b']),
  write: text('Write the stream to FILE, which must not exist, instead of stdout.', {
    short: 'w',
    value: 'FILE',
    offers: 'file',
  }),
  force: writeOptions.force,
  'max-segments': integer('Hold at most N segments of a stream in memory; the oldest are dropped (10000).', {
    least: 1,
  }),
  'max-bytes': integer('Hold at most N bytes of a stream in memory; the oldest are dropped (2000000).', { least: 1 }),
};
