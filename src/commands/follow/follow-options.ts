import { choice, flag, integer, text } from '../options/option.ts';
import { repeatOptions, resolveOptions } from '../options/shared-options.ts';
import { liveOptions, sourceOptions, writeOptions } from '../packets/capture-options.ts';

/** What `follow` takes besides what every listing does. */
export const followOptions = {
  ...sourceOptions,
  expect: repeatOptions.expect,
  ...resolveOptions,
  ...liveOptions,
  duration: repeatOptions.duration,
  list: flag('List the streams.'),
  all: flag('Print every stream and its segments, as NDJSON unless another format is asked for.'),
  stream: integer('Follow the stream of this number.', { least: 0 }),
  tcp: flag('TCP streams: the default for --stream and --all.'),
  udp: flag('UDP streams.'),
  as: choice('How the stream is printed; the default is text, and raw with --write.', ['text', 'hex', 'raw', 'ndjson']),
  dir: choice('Both directions, or only what one side sent; A sent the first packet.', ['both', 'a', 'b']),
  write: text('Write the stream to FILE, which must not exist, instead of stdout.', {
    short: 'w',
    value: 'FILE',
    offers: 'file',
  }),
  force: writeOptions.force,
  'max-segments': integer('Most segments of a stream that are held in memory; the oldest go (10000).', { least: 1 }),
  'max-bytes': integer('Most bytes of a stream that are held in memory; the oldest go (2000000).', { least: 1 }),
};
