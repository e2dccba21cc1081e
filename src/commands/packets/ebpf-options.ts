import { usageError } from '../../core/failure.ts';
import type { TraceWish } from '../../core/sample/tracing.ts';
import { flag, type Values } from '../options/option.ts';

/** Whether sockets are watched by eBPF. */
export const ebpfOptions = {
  ebpf: flag(
    'Watch sockets by eBPF, which needs root and bpftrace: bytes of UDP, and owners of what is gone before a look. Fails where it does not work.',
  ),
  'no-ebpf': flag('Do not watch sockets by eBPF, which runs of five seconds and more do where they may.'),
};

/** Below this it is not worth the second or two that bpftrace takes to start. */
const WORTHWHILE_MS = 5000;

/** What the options say for a run that lasts so long; null for one without an end. Throws Failure 64 for both. */
export function traceWishOf(values: Partial<Values<typeof ebpfOptions>>, lastsMs: number | null): TraceWish {
  if (values['no-ebpf'] === true && values.ebpf === true) throw usageError('--ebpf and --no-ebpf exclude each other');
  if (values['no-ebpf'] === true) return 'refused';
  if (values.ebpf === true) return 'demanded';
  return lastsMs === null || lastsMs >= WORTHWHILE_MS ? 'welcome' : 'refused';
}
