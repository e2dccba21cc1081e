import { describe, expect, test } from 'vitest';
import type { Failure } from '../../../src/core/failure.ts';
import { chooseEngine } from '../../../src/platform/sensor/engines.ts';
import type { SensorOrder } from '../../../src/platform/sensor/messages.ts';
import { argumentsOf, setprivArguments } from '../../../src/platform/sensor/tool-arguments.ts';
import { countsOf, failureOf, hasBegun, saysGone } from '../../../src/platform/sensor/tool-talk.ts';

const ORDER: SensorOrder = {
  system: 'linux',
  devices: ['va'],
  bpf: 'port foo',
  snapLength: 96,
  bufferBytes: 3_000_000,
  promiscuous: true,
  format: 'pcapng',
  gatherMs: 20,
  most: null,
  packetBuffered: false,
  outlives: false,
  mayLack: false,
  later: null,
  refilters: false,
  continues: null,
  ends: null,
  user: { uid: 1234, gid: 1235 },
  sandbox: 'on',
  node: 'node',
  grant: 'grant it',
};

// recorded of tcpdump 4.99.3 and dumpcap 4.0.17
const TCPDUMP = `tcpdump: listening on va, link-type EN10MB (Ethernet), snapshot length 262144 bytes
1 packet captured
20 packets received by filter
3 packets dropped by kernel
2 packets dropped by interface
`;
const DUMPCAP = `Capturing on 'Loopback: lo' and 'va'
File: -
Packets captured: 10
Packets received/dropped on interface 'Loopback: lo': 10/10 (pcap:1/dumpcap:2/flushed:3/ps_ifdrop:4) (50.0%)
Packets received/dropped on interface 'va': 7/0 (pcap:0/dumpcap:0/flushed:0/ps_ifdrop:0) (100.0%)
`;

describe('what the tools say', () => {
  test('that they have begun', () => {
    expect(hasBegun('tcpdump', TCPDUMP)).toBe(true);
    expect(hasBegun('tcpdump', 'tcpdump: verbose output suppressed\n')).toBe(false);
    expect(hasBegun('dumpcap', DUMPCAP)).toBe(true);
    expect(hasBegun('dumpcap', "Capturing on 'va'\n")).toBe(false);
  });

  test('what they counted', () => {
    const left = null;
    expect(countsOf('tcpdump', TCPDUMP, ['va'])).toEqual([
      { device: 'va', captured: 1, received: 20, droppedByKernel: 3, droppedByInterface: 2, left },
    ]);
    expect(countsOf('dumpcap', DUMPCAP, ['lo', 'va'])).toEqual([
      { device: 'lo', captured: 10, received: 10, droppedByKernel: 6, droppedByInterface: 4, left },
      { device: 'va', captured: 7, received: 7, droppedByKernel: 0, droppedByInterface: 0, left },
    ]);
  });

  test('any part of it is no more than nothing', () => {
    for (const [tool, said] of [
      ['tcpdump', TCPDUMP],
      ['dumpcap', DUMPCAP],
    ] as const) {
      for (let length = 0; length < said.length; length++) {
        for (const { received, droppedByKernel } of countsOf(tool, said.slice(0, length), ['lo', 'va'])) {
          expect(received + droppedByKernel).toBeGreaterThanOrEqual(0);
        }
        failureOf(tool, said.slice(0, length), ORDER);
      }
    }
  });

  test.each<[string, 'tcpdump' | 'dumpcap', string, number, RegExp]>([
    [
      'no interface',
      'tcpdump',
      'tcpdump: va: No such device exists\n(No such device exists)\n',
      66,
      /no interface "va"/,
    ],
    [
      'no interface',
      'dumpcap',
      'Capturing on \'va\'\ndumpcap: There is no device named "va".\n(No such device exists)\n',
      66,
      /no interface "va"/,
    ],
    [
      'not permitted',
      'tcpdump',
      "tcpdump: va: You don't have permission to perform this capture on that device\n(socket: Operation not permitted)\n",
      77,
      /va needs CAP_NET_RAW: socket: Operation not permitted$/,
    ],
    [
      'not permitted',
      'dumpcap',
      'dumpcap: You do not have permission to capture on device "va".\n(socket: Operation not permitted)\nPlease check\n',
      77,
      /va needs CAP_NET_RAW: socket: Operation not permitted$/,
    ],
    [
      'a wrong filter',
      'dumpcap',
      "dumpcap: Invalid capture filter \"port foo\" for interface 'va'.\n\nThat string isn't a valid capture filter (unknown port 'foo').\nSee the User's Guide\n",
      64,
      /--bpf "port foo": unknown port 'foo'$/,
    ],
    [
      'an interface that is down',
      'tcpdump',
      'tcpdump: va: That device is not up\n',
      69,
      /va cannot be captured from: va: That device is not up$/,
    ],
    ['nothing', 'dumpcap', '', 69, /va cannot be captured from/],
  ])('%s, of %s', (_what, tool, said, status, message) => {
    const failure: Failure = failureOf(tool, said, ORDER);
    expect([failure.exit, failure.message]).toEqual([status, expect.stringMatching(message)]);
  });

  test('that the interface is gone', () => {
    expect(saysGone('tcpdump: pcap_loop: The interface disappeared\n')).toBe(true);
    expect(saysGone('dumpcap: The network adapter "va" is no longer attached; the capture has stopped.\n')).toBe(true);
    expect(saysGone(TCPDUMP + DUMPCAP)).toBe(false);
  });
});

describe('what the tools are told', () => {
  test('the options of netwatch, in their words', () => {
    expect(argumentsOf('tcpdump', ORDER).join(' ')).toBe(
      '-i va -w - -U --time-stamp-precision=nano -s 96 -B 2930 --immediate-mode -- port foo',
    );
    expect(argumentsOf('dumpcap', { ...ORDER, devices: ['lo', 'va'], promiscuous: false }).join(' ')).toBe(
      '-q -n -w - -s 96 -B 3 -p -f port foo -i lo -i va',
    );
  });

  test('a filter is never an option', () => {
    expect(argumentsOf('tcpdump', { ...ORDER, bpf: '-w/tmp/x' }).slice(-2)).toEqual(['--', '-w/tmp/x']);
    expect(argumentsOf('dumpcap', { ...ORDER, bpf: '-w/tmp/x' })).toContain('-f');
  });

  test('to become another user with one capability', () => {
    const told = setprivArguments({ uid: 1234, gid: 1235 });
    expect(told).toEqual(expect.arrayContaining(['--reuid=1234', '--regid=1235', '--ambient-caps=-all,+net_raw']));
    expect(told.at(-1)).toBe('--');
    expect(setprivArguments(null)).toEqual(['--pdeathsig', 'KILL', '--']);
  });
});

test('which engine it is', () => {
  const none = (): null => null;
  const only = (tool: string) => (name: string) => (name === tool ? `/usr/bin/${name}` : null);
  expect(chooseEngine('tcpdump', () => true, none)).toBe('tcpdump');
  expect(chooseEngine(null, () => true, only('tcpdump'))).toBe('pcap');
  expect(chooseEngine(null, () => false, only('tcpdump'))).toBe('tcpdump');
  expect(
    chooseEngine(
      null,
      () => false,
      (name) => `/usr/bin/${name}`,
    ),
  ).toBe('dumpcap');
  expect(chooseEngine(null, () => false, none)).toBe('pcap');
});
