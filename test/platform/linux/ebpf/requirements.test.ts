import { describe, expect, test } from 'vitest';
import { readChecks } from '../../../../src/platform/linux/checks.ts';
import { failureOf, findMeans, isLack } from '../../../../src/platform/linux/ebpf/requirements.ts';
import { folderMachine } from '../folder-machine.ts';

const isRoot = process.geteuid?.() === 0;
const sudo = isRoot ? '' : 'sudo ';
const EVENTS = 'sys/kernel/tracing/events/sock';
const ALL: Readonly<Record<string, string>> = {
  'usr/bin/apt-get': '',
  'usr/bin/bpftrace': '',
  'proc/self/status': 'CapEff:\t000001ffffffffff\n',
  'sys/kernel/btf/vmlinux': '',
  [`${EVENTS}/inet_sock_set_state/id`]: '1',
  [`${EVENTS}/sock_send_length/id`]: '2',
  'sys/kernel/tracing/kprobe_events': '',
};
const without = (...names: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(ALL).filter(([file]) => !names.some((name) => file.includes(name))));

describe.skipIf(!isRoot)('as root', () => {
  test('tracepoints first, kprobes where the kernel lacks them', () => {
    expect(findMeans(folderMachine(ALL))).toEqual({ bpftrace: '/usr/bin/bpftrace', probes: 'tracepoints' });
    expect(findMeans(folderMachine(without('sock_send_length')))).toMatchObject({ probes: 'kprobes' });
  });

  test('an older mount of tracefs', () => {
    const files = Object.entries(ALL).map(([file, text]) => [file.replace('/tracing/', '/debug/tracing/'), text]);
    expect(findMeans(folderMachine(Object.fromEntries(files)))).toMatchObject({ probes: 'tracepoints' });
  });

  test.each([
    ['vmlinux', 'does not describe its types', null],
    ['tracing', 'tracefs is not mounted', 'mount -t tracefs tracefs /sys/kernel/tracing'],
    ['inet_sock', 'no tracepoint sock:inet_sock_set_state', null],
  ])('without %s', async (name, detail, remedy) => {
    const host = folderMachine(without(name));
    const found = findMeans(host);
    expect(found).toMatchObject({ detail: expect.stringContaining(detail), remedy, isPermission: false });
    expect((await readChecks(host)).find((check) => check.name === 'ebpf')).toMatchObject({
      status: 'missing',
      remedy,
    });
    if (isLack(found)) expect(failureOf(found)).toMatchObject({ exit: 69, hint: remedy ?? 'netwatch doctor' });
  });

  test('doctor says what works', async () => {
    const row = async (files: Record<string, string>) =>
      (await readChecks(folderMachine(files))).find((check) => check.name === 'ebpf');
    expect(await row({ ...ALL })).toMatchObject({ status: 'ok' });
    expect(await row(without('sock_send_length'))).toMatchObject({ status: 'limited' });
    expect(await row(without('sock_send_length', 'kprobe'))).toMatchObject({ status: 'missing', remedy: null });
  });
});

test('without bpftrace, the command that installs it', () => {
  const found = findMeans(folderMachine(without('bpftrace')));
  expect(found).toMatchObject({ detail: 'bpftrace is not installed', remedy: `${sudo}apt-get install -y bpftrace` });
});

test('without the capabilities, their names and the command that grants them', () => {
  const found = findMeans(folderMachine({ ...ALL, 'proc/self/status': 'CapEff:\t0000000000000000\n' }));
  expect(found).toMatchObject({ detail: expect.stringContaining('CAP_BPF and CAP_PERFMON'), isPermission: true });
  if (isLack(found)) expect(failureOf(found)).toMatchObject({ exit: 77, hint: 'sudo netwatch conns --ebpf' });
});
