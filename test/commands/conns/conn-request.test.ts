import { describe, expect, test } from 'vitest';
import type { connOptions } from '../../../src/commands/conns/conn-options.ts';
import { liveRequestOf, savedRequestOf } from '../../../src/commands/conns/conn-request.ts';
import { conns } from '../../../src/commands/conns/conns.ts';
import { typed } from '../../support/typed.ts';

const request = (line: string, given: { wanted?: string[]; asked?: string[]; repeating?: boolean } = {}) =>
  liveRequestOf(typed<typeof connOptions>(conns, ...(line === '' ? [] : line.split(' '))), {
    wanted: new Set(given.wanted ?? []),
    asked: new Set(given.asked ?? []),
    repeating: given.repeating ?? false,
  } as never);

const PLAIN = {
  protocols: null,
  processDetails: false,
  repeats: false,
  communityIds: false,
  rates: false,
  events: false,
  settles: true,
  coverage: false,
  traces: 'refused',
  packets: null,
  lineForm: null,
};

test('the request of nothing, whole', () => {
  expect(request('')).toEqual({
    place: { root: null, netns: null },
    named: { pid: null, user: null, interface: null },
    keep: null,
    summary: null,
    services: false,
    bySession: false,
    sampled: PLAIN,
  });
});

test('the request of everything', () => {
  const { keep, ...rest } = request('--netns blue --pid 7 --user bob -i eth0,lo --summary process --root /x');
  expect(keep).toBeTypeOf('function');
  expect(rest).toEqual({
    place: { root: '/x', netns: 'blue' },
    named: { pid: 7, user: 'bob', interface: 'eth0,lo' },
    summary: 'process',
    services: false,
    bySession: false,
    sampled: PLAIN,
  });
  expect(request('--packets').sampled.packets).toMatchObject({ devices: null, promiscuous: false });
  expect(request('--packets -i eth0,lo').sampled.packets).toMatchObject({ devices: ['eth0', 'lo'] });
});

test.each<[line: string, given: Parameters<typeof request>[1], sampled: object]>([
  ['--tcp', {}, { protocols: new Set(['tcp']) }],
  ['--udp', {}, { protocols: new Set(['udp']) }],
  ['--tcp --udp', {}, { protocols: new Set(['tcp', 'udp']) }],
  ['--mptcp', {}, { protocols: new Set(['tcp', 'mptcp']) }],
  ['', { wanted: ['cmdline'] }, { processDetails: true }],
  ['', { wanted: ['cgroup'] }, { processDetails: true }],
  ['', { wanted: ['container'] }, { processDetails: true }],
  ['', { wanted: ['community_id'] }, { communityIds: true }],
  // what is printed without being named needs no second look
  ['', { wanted: ['rx_rate'] }, {}],
  ['', { asked: ['rx_rate'] }, { rates: true }],
  ['', { asked: ['tx_rate'] }, { rates: true }],
  ['--coverage', {}, { coverage: true, rates: true }],
  ['--events', {}, { events: true }],
  ['--interval 999ms', {}, { settles: false }],
  ['--interval 1s', {}, { settles: true }],
  ['--interval 999ms --ebpf', {}, { traces: 'demanded' }],
  ['--no-ebpf', { repeating: true }, { repeats: true }],
  // eBPF is welcome from five seconds on
  ['', { repeating: true }, { repeats: true, traces: 'welcome' }],
  ['--count 5', { repeating: true }, { repeats: true }],
  ['--count 6', { repeating: true }, { repeats: true, traces: 'welcome' }],
  ['--count 6', { repeating: false }, {}],
  ['--count 3 --interval 2500ms', { repeating: true }, { repeats: true, traces: 'welcome' }],
  ['--duration 4999ms', { repeating: true }, { repeats: true }],
  ['--duration 5s', { repeating: true }, { repeats: true, traces: 'welcome' }],
  ['--duration 9s --count 5', { repeating: true }, { repeats: true }],
  ['--duration 4s --count 9', { repeating: true }, { repeats: true }],
  ['--duration 9s --count 9', { repeating: true }, { repeats: true, traces: 'welcome' }],
  ['--wait any(pid==1)', { repeating: true }, { repeats: true }],
])('%s with %j', (line, given, sampled) => {
  expect(request(line, given).sampled).toEqual({ ...PLAIN, ...sampled });
});

test('services are looked up where they are wanted', () => {
  expect(request('', { wanted: ['service'] }).services).toBe(true);
});

describe('what does not go together', () => {
  const machine = '--packets captures from the network of this machine: it cannot be used with --netns or --root';
  test.each([
    ['--events --summary process', '--events cannot be used with --summary or --coverage'],
    ['--events --coverage', '--events cannot be used with --summary or --coverage'],
    ['--packets --netns x', machine],
    ['--packets --root /x', machine],
    ['--ebpf --no-ebpf', '--ebpf and --no-ebpf exclude each other'],
  ])('%s', (line, message) => {
    expect(() => request(line)).toThrow(expect.objectContaining({ exit: 64, message }));
  });
  test.each(['--coverage --summary pid', '--coverage --tsv', '--netns x --root /x', '--csv'])('%s does', (line) => {
    request(line);
  });
});

test('saved records are selected by the interface too, flows of a capture are not: their packets are', () => {
  const iface = savedRequestOf(typed<typeof connOptions>(conns, '-i', 'eth0', '--summary', 'state'), 'f');
  expect(iface).toMatchObject({ file: 'f', interface: 'eth0', keepFlows: null, summary: 'state' });
  expect(iface.keep).toBeTypeOf('function');
  expect(savedRequestOf(typed<typeof connOptions>(conns, '--tcp'), 'f').keepFlows).toBeTypeOf('function');
  expect(savedRequestOf(typed<typeof connOptions>(conns), 'f')).toEqual({
    file: 'f',
    interface: null,
    keep: null,
    keepFlows: null,
    keylog: null,
    summary: null,
  });
});
