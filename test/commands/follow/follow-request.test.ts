import { describe, expect, test } from 'vitest';
import { follow } from '../../../src/commands/follow/follow.ts';
import type { followOptions } from '../../../src/commands/follow/follow-options.ts';
import { followRequestOf, modeOf } from '../../../src/commands/follow/follow-request.ts';
import { flowsMeant, isShown, noStream } from '../../../src/commands/follow/follow-selection.ts';
import { TCP, UDP } from '../../../src/core/stream/stream-follower.ts';
import { STREAM_LIMITS } from '../../../src/core/stream/stream-limits.ts';
import { typed } from '../../support/typed.ts';

const words = (line: string): string[] => (line === '' ? [] : line.split(' '));
const request = (line: string) => followRequestOf(typed<typeof followOptions>(follow, ...words(line)), () => 0);

test.each([
  ['', 'list'],
  ['--list', 'list'],
  ['--list -f stream==1', 'list'],
  ['--json', 'list'],
  ['--as ndjson', 'list'],
  ['--tcp', 'list'],
  ['--all', 'records'],
  ['--all --json', 'records'],
  ['--all -o table', 'records'],
  ['--all --as ndjson', 'records'],
  ['--stream 1', 'print'],
  ['--stream 1 -o table', 'print'],
  ['--stream 1 --json', 'records'],
  ['--stream 1 --as ndjson', 'records'],
  ['--stream 1 --as ndjson --json', 'records'],
  ['--stream 1 --as hex', 'print'],
  ['--stream 1 --as hex -o table', 'print'],
  ['-f stream==1', 'print'],
  ['-f stream==1 --tsv', 'records'],
])('%s is %s', (line, mode) => {
  expect(modeOf(typed<typeof followOptions>(follow, ...words(line)))).toBe(mode);
});

test.each([
  ['--list --all', '--list cannot be used with --all or --stream'],
  ['--list --stream 1', '--list cannot be used with --all or --stream'],
  ['--all --stream 1', '--all cannot be used with --stream'],
  ['--all --as hex', '--as hex prints one stream as it is, not all of them'],
  ['--stream 1 --as raw --json', '--as raw prints one stream as it is, not records'],
  ['--stream 1 --as ndjson --csv', '--as ndjson cannot be used with -o csv'],
  ['--stream 1 --as ndjson -o table', '--as ndjson cannot be used with -o table'],
  ['-w f', '--write needs one stream, as text, hex or raw'],
  ['--all -w f', '--write needs one stream, as text, hex or raw'],
  ['--stream 1 --sort stream', 'a stream is printed in its own order, not by --sort'],
  ['--stream 1 --tcp --udp', 'one stream is followed: use either --tcp or --udp'],
])('%s is refused', (line, message) => {
  expect(() => request(line)).toThrow(expect.objectContaining({ exit: 64, message }));
});

test.each([
  ['', ['tcp', 'udp']],
  ['--stream 1', ['tcp']],
  ['--all', ['tcp']],
  ['-f stream==1', ['tcp', 'udp']],
  ['--stream 1 --udp', ['udp']],
  ['--all --tcp --udp', ['tcp', 'udp']],
  ['--list --udp', ['udp']],
  ['--list --tcp', ['tcp']],
  ['--list --tls', ['tcp']],
])('%s follows %j', (line, protocols) => {
  expect([...request(line).protocols]).toEqual(protocols);
});

test('the request of nothing, and of all that can be said', () => {
  const { pick: _pick, packets: _packets, ...plain } = request('');
  expect(plain).toEqual({
    mode: 'list',
    protocols: new Set(['tcp', 'udp']),
    stream: null,
    pickedBy: new Set(),
    isFiltered: false,
    isInsideTls: false,
    directions: 'both',
    format: 'text',
    ...STREAM_LIMITS,
  });
  expect(request('-r f --stream 5 -f app==tls --dir b --as hex --max-segments 3 --max-bytes 9')).toMatchObject({
    packets: { from: 'file', file: 'f' },
    stream: 5,
    pickedBy: new Set(['app']),
    isFiltered: true,
    directions: 'b',
    format: 'hex',
    mostSegments: 3,
    mostBytes: 9,
    mostEarlyBytes: 9,
  });
  expect([request('--stream 1 -w f').format, request('--stream 1 -w f --as text').format]).toEqual(['raw', 'text']);
});

test.each([
  ['', [true, true, true]],
  ['--tcp', [true, true, false]],
  ['--stream 1', [false, true, false]],
  ['--udp --stream 1', [false, false, true]],
  ['-f app==tls', [true, false, false]],
  ['--tls', [true, false, false]],
])('%s picks', (line, picked) => {
  const { pick } = request(line);
  const rows = [
    { proto: 'tcp', stream: 0, app: 'tls' },
    { proto: 'tcp', stream: 1, app: null },
    { proto: 'udp', stream: 1, app: null },
  ];
  expect(rows.map((row) => pick(row as never))).toEqual(picked);
});

test('a flow may be meant by its transport and its number', () => {
  const flows = [
    { transport: TCP, stream: 0 },
    { transport: TCP, stream: 1 },
    { transport: UDP, stream: 1 },
  ] as never[];
  expect(flows.map(flowsMeant(request('--stream 1')))).toEqual([false, true, false]);
  expect(flows.map(flowsMeant(request('--udp')))).toEqual([false, false, true]);
});

describe('directions', () => {
  test.each([
    ['both', true, true],
    ['a', true, false],
    ['b', false, true],
  ])('%s', (dir, a, b) => {
    const asked = request(`--stream 1 --dir ${dir}`);
    expect([isShown(asked, { direction: 0 } as never), isShown(asked, { direction: 1 } as never)]).toEqual([a, b]);
  });
});

test.each([
  [TCP, 0, 'no TCP stream 7', 'the capture has no TCP streams'],
  [UDP, 1, 'no UDP stream 7', 'UDP streams are 0 to 0'],
])('a stream that is not there', (transport, there, message, hint) => {
  expect(noStream(7, transport, there)).toMatchObject({ exit: 66, message, hint });
});
