import { expect, test } from 'vitest';
import { follow } from '../../../src/commands/follow/follow.ts';
import type { followOptions } from '../../../src/commands/follow/follow-options.ts';
import { traceWishOf } from '../../../src/commands/packets/ebpf-options.ts';
import { packetRequestOf } from '../../../src/commands/packets/packet-request.ts';
import { filterOf } from '../../../src/commands/packets/process-filter.ts';
import { PLAIN_CAPTURE } from '../../../src/core/sample/capture-request.ts';
import { typed } from '../../support/typed.ts';

const request = (line: string) =>
  packetRequestOf(typed<typeof followOptions>(follow, ...(line === '' ? [] : line.split(' '))));

test('a live capture of which nothing is said, and one of which everything is', () => {
  expect(request('')).toEqual({
    from: 'machine',
    devices: null,
    bpf: PLAIN_CAPTURE.bpf,
    snapLength: PLAIN_CAPTURE.snapLength,
    bufferBytes: PLAIN_CAPTURE.bufferBytes,
    promiscuous: true,
    engine: null,
    sandbox: PLAIN_CAPTURE.sandbox,
    reconnects: false,
    outlives: false,
    mayLack: false,
    later: null,
    refilters: false,
    durationMs: null,
    packetBuffered: false,
    traces: 'welcome',
    keylog: null,
  });
  expect(
    request(
      '-i eth0,lo --bpf tcp --snaplen 14 --buffer 1M --no-promisc --engine dumpcap --sandbox strict --reconnect --duration 4s',
    ),
  ).toEqual({
    from: 'machine',
    devices: ['eth0', 'lo'],
    bpf: 'tcp',
    snapLength: 14,
    bufferBytes: 1_000_000,
    promiscuous: false,
    engine: 'dumpcap',
    sandbox: 'strict',
    reconnects: true,
    outlives: false,
    mayLack: false,
    later: null,
    refilters: false,
    durationMs: 4000,
    packetBuffered: false,
    traces: 'refused',
    keylog: null,
  });
  expect(packetRequestOf({ ...typed<typeof followOptions>(follow), 'packet-buffered': true })).toMatchObject({
    packetBuffered: true,
  });
});

test('-s and -p are those of tcpdump', () => {
  expect(request('-s 96 -p')).toMatchObject({ snapLength: 96, promiscuous: false });
  expect(request('-s0')).toMatchObject({ snapLength: PLAIN_CAPTURE.snapLength, promiscuous: true });
  const message = '--snaplen 13 is less than the 14 bytes of a header';
  expect(() => request('-s 13')).toThrow(expect.objectContaining({ exit: 64, message }));
});

test('-r asks for packets of a file, with its interface, sandbox and keys', () => {
  expect(request('-r f')).toEqual({ from: 'file', file: 'f', interface: null, sandbox: 'on', keylog: null });
  expect(request('-r f -i eth0 --sandbox off --keylog k')).toEqual({
    from: 'file',
    file: 'f',
    interface: 'eth0',
    sandbox: 'off',
    keylog: 'k',
  });
});

test.each([
  ['--bpf tcp', 'bpf', 'use --filter to choose packets of a file'],
  ['--snaplen 99', 'snaplen', null],
  ['--buffer 1M', 'buffer', null],
  ['--no-promisc', 'no-promisc', null],
  ['--engine pcap', 'engine', null],
  ['--reconnect', 'reconnect', null],
  ['--ebpf', 'ebpf', null],
  ['--no-ebpf', 'no-ebpf', null],
  ['--duration 1s', 'duration', null],
])('%s needs a live capture', (line, name, hint) => {
  const message = `--${name} needs a live capture, not a file of --read`;
  expect(() => request(`-r f ${line}`)).toThrow(expect.objectContaining({ exit: 64, message, hint }));
});

test.each([
  [{}, null, 'welcome'],
  [{}, 5000, 'welcome'],
  [{}, 4999, 'refused'],
  [{ ebpf: true }, 0, 'demanded'],
  [{ 'no-ebpf': true }, null, 'refused'],
  [{ ebpf: false, 'no-ebpf': false }, null, 'welcome'],
] as const)('eBPF for %j that lasts %j ms is %s', (values, lastsMs, wish) => {
  expect(traceWishOf(values, lastsMs)).toBe(wish);
});

test('eBPF cannot be both', () => {
  expect(() => traceWishOf({ ebpf: true, 'no-ebpf': true }, null)).toThrow('--ebpf and --no-ebpf exclude each other');
});

test.each([
  [null, null, null],
  ['tcp', null, 'tcp'],
  [null, 'curl', 'process == "curl"'],
  ['tcp or udp', 'curl', '(tcp or udp) and process == "curl"'],
  [null, 'a"b\\c', 'process == "a\\"b\\\\c"'],
])('filter %j and process %j', (filter, process, both) => {
  expect(filterOf({ filter, process }, () => 0)).toBe(both);
});

test('a filter that is wrong is shown as it was typed', () => {
  expect(() => filterOf({ filter: 'tcp and', process: 'curl' }, () => 0)).toThrow(
    expect.objectContaining({ exit: 64, place: expect.objectContaining({ text: 'tcp and' }) }),
  );
});
