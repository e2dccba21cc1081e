import { expect, test } from 'vitest';
import { parseEffectiveCapabilities } from '../../../src/platform/linux/capabilities.ts';

test.each([
  ['CapPrm:\tffffffffffffffff\nCapEff:\t0000000000000000\n', []],
  ['CapEff:\t0000000000002000\n', ['CAP_NET_RAW']],
  [
    'Name:\tx\nCapEff:\t000001ffffffffff\n',
    [
      'CAP_DAC_OVERRIDE',
      'CAP_DAC_READ_SEARCH',
      'CAP_FOWNER',
      'CAP_SETGID',
      'CAP_SETUID',
      'CAP_NET_ADMIN',
      'CAP_NET_RAW',
      'CAP_SYS_PTRACE',
      'CAP_SYS_ADMIN',
      'CAP_PERFMON',
      'CAP_BPF',
    ],
  ],
  ['CapEff:\t00000000', []],
  ['', []],
])('%j', (status, names) => expect([...parseEffectiveCapabilities(status)]).toEqual(names));
