import fs from 'node:fs';
import { EXIT, Failure } from '../../../core/failure.ts';
import type { Clock } from '../../../core/system/clock.ts';
import type { Host } from '../../../core/system/host.ts';
import type { TraceSource } from '../../../core/system/platform.ts';
import type { TraceEvent } from '../../../core/trace/trace-event.ts';
import type { NetworkNamespace } from '../netns.ts';
import { failureOf, findMeans, isLack } from './requirements.ts';

/** Whether eBPF is likely to work: the files say so. */
export function canTrace(host: Host): boolean {
  return host.root === null && !isLack(findMeans(host));
}

/** Watches the sockets of a network namespace, or of our own. Rejects with a Failure 69 or 77. */
export async function openTrace(
  host: Host,
  netns: NetworkNamespace | null,
  clock: Clock,
  onEvent: (event: TraceEvent) => void,
  signal: AbortSignal,
): Promise<TraceSource> {
  if (host.root !== null) throw new Failure(EXIT.unavailable, 'eBPF: a machine saved as files has no kernel to watch');
  const means = findMeans(host);
  if (isLack(means)) throw failureOf(means);
  const namespace = netns?.inode ?? fs.statSync('/proc/thread-self/ns/net').ino;
  // loaded here: most runs do not watch
  const { startBpftrace } = await import('./bpftrace.ts');
  return startBpftrace(means, namespace, clock, onEvent, signal);
}
