import { usageError } from '../../core/failure.ts';
import type { TraceWish } from '../../core/sample/tracing.ts';
import { flag, type Values } from '../options/option.ts';

/** Whether sockets are watched with eBPF. */
export const ebpfOptions = {
  ebpf: flag(
    'Watch sockets with eBPF, which needs root and bpftrace: it counts UDP bytes and finds the owners of sockets that are gone before a snapshot. It is an error if eBPF does not work here.',
  ),
  'no-ebpf': flag('Do not watch sockets with eBPF. Runs of five seconds and more use it where they are allowed to.'),
};

/** For shorter runs, eBPF is not worth the second or two that bpftrace takes to start. */
const WORTHWHILE_MS = 5000;

/** What the options mean for a run that lasts `lastsMs`, null for one without an end. Throws Failure 64 when both options are given. */
export function traceWishOf(values: Partial<Values<typeof ebpfOptions>>, lastsMs: number | null): TraceWish {
  if (values['no-ebpf'] === true && values.ebpf === true) throw usageError('--ebpf and --no-ebpf exclude each other');
  if (values['no-ebpf'] === true) return 'refused';
  if (values.ebpf === true) return 'demanded';
  return lastsMs === null || lastsMs >= WORTHWHILE_MS ? 'welcome' : 'refused';
}
