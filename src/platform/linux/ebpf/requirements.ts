import { EXIT, Failure } from '../../../core/failure.ts';
import type { Host } from '../../../core/system/host.ts';
import { type Capability, parseEffectiveCapabilities } from '../capabilities.ts';
import { isPresent } from '../file-presence.ts';
import { asRoot, installCommand } from '../packages.ts';
import type { ProbeKind } from './program.ts';

/** Where tracefs is mounted. */
const TRACEFS = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];
const PROGRAM = ['/usr/bin/bpftrace', '/usr/local/bin/bpftrace', '/usr/sbin/bpftrace', '/bin/bpftrace'];

/** What eBPF lacks here, and whether it is a permission. */
export interface Lack {
  readonly detail: string;
  readonly remedy: string | null;
  readonly isPermission: boolean;
}

/** The means that are available for watching sockets. */
export interface Means {
  readonly bpftrace: string;
  readonly probes: ProbeKind;
}

/** What watching sockets with eBPF would use here, or the first thing that is missing. Reads a few files. */
export function findMeans(host: Host): Means | Lack {
  const bpftrace = PROGRAM.find((file) => isPresent(host, file));
  if (bpftrace === undefined) return lack('bpftrace is not installed', installCommand(host, 'bpftrace'));
  const denied = findDenial(host);
  if (denied !== null) return { detail: denied, remedy: 'sudo netwatch conns --ebpf', isPermission: true };
  if (!isPresent(host, '/sys/kernel/btf/vmlinux')) {
    return lack('the kernel does not describe its types: there is no /sys/kernel/btf/vmlinux', null);
  }
  const tracefs = TRACEFS.find((folder) => isPresent(host, `${folder}/events`));
  if (tracefs === undefined) {
    return lack('tracefs is not mounted', asRoot('mount -t tracefs tracefs /sys/kernel/tracing'));
  }
  if (!isPresent(host, `${tracefs}/events/sock/inet_sock_set_state`)) {
    return lack('the kernel has no tracepoint sock:inet_sock_set_state, which came with Linux 4.16', null);
  }
  if (isPresent(host, `${tracefs}/events/sock/sock_send_length`)) return { bpftrace, probes: 'tracepoints' };
  if (isPresent(host, `${tracefs}/kprobe_events`)) return { bpftrace, probes: 'kprobes' };
  return lack('the kernel has neither the tracepoint sock:sock_send_length (Linux 6.3) nor kprobes', null);
}

export const isLack = (found: Means | Lack): found is Lack => 'detail' in found;

/** The failure for a lack when eBPF is demanded. */
export function failureOf({ detail, remedy, isPermission }: Lack): Failure {
  const status = isPermission ? EXIT.noPermission : EXIT.unavailable;
  return new Failure(status, `eBPF: ${detail}`, { hint: remedy ?? 'netwatch doctor' });
}

const lack = (detail: string, remedy: string | null): Lack => ({ detail, remedy, isPermission: false });

/** bpftrace itself asks for root, whatever the capabilities are. */
function findDenial(host: Host): string | null {
  const has = parseEffectiveCapabilities(host.readIfAny('/proc/self/status') ?? '');
  const missing = (['CAP_BPF', 'CAP_PERFMON'] as const).filter((one: Capability) => !has.has(one));
  if (missing.length > 0 && !has.has('CAP_SYS_ADMIN')) return `needs ${missing.join(' and ')}: run as root`;
  return process.geteuid?.() === 0 ? null : 'bpftrace must run as root';
}
