import { expect, test } from 'vitest';
import { EXIT } from '../../../../src/core/failure.ts';
import { canTrace, openTrace } from '../../../../src/platform/linux/ebpf/trace.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';
import { folderMachine } from '../folder-machine.ts';

const EVENTS = 'sys/kernel/tracing/events/sock';
const ALL: Readonly<Record<string, string>> = {
  'usr/bin/bpftrace': '',
  'proc/self/status': 'CapEff:\t000001ffffffffff\n',
  'sys/kernel/btf/vmlinux': '',
  [`${EVENTS}/inet_sock_set_state/id`]: '1',
  [`${EVENTS}/sock_send_length/id`]: '2',
};
const open = (host: Parameters<typeof openTrace>[0]) =>
  openTrace(host, null, virtualClock(), () => {}, new AbortController().signal);

test('a machine saved as files cannot be watched, whatever it has', async () => {
  const host = folderMachine(ALL);
  expect(canTrace(host)).toBe(false);
  await expect(open(host)).rejects.toMatchObject({
    exit: EXIT.unavailable,
    message: 'eBPF: a machine saved as files has no kernel to watch',
  });
});

test('a machine that lacks the means cannot be watched', async () => {
  const host = { ...folderMachine({}), root: null };
  expect(canTrace(host)).toBe(false);
  await expect(open(host)).rejects.toMatchObject({
    exit: EXIT.unavailable,
    message: 'eBPF: bpftrace is not installed',
  });
});

test.skipIf(process.geteuid?.() !== 0)('a machine that has the means can', () => {
  expect(canTrace({ ...folderMachine(ALL), root: null })).toBe(true);
});
