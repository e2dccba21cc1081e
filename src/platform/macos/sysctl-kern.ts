import type { Host } from '../../core/system/host.ts';
import { completeLines } from './columns.ts';

/** What the kernel says of the machine; null where it did not. */
export interface KernelFacts {
  readonly hostname: string | null;
  readonly release: string | null;
  /** Seconds since 1970. */
  readonly bootedAtS: number | null;
}

/** Throws Failure 69. */
export async function readSysctlKern(host: Host): Promise<KernelFacts> {
  return parseSysctlKern(await host.run('sysctl', ['kern.hostname', 'kern.osrelease', 'kern.boottime']));
}

/** `name: value` lines of sysctl(8); the boot time as in `{ sec = 1717400000, usec = 123456 } Mon Jun  3 ...`. */
export function parseSysctlKern(text: string): KernelFacts {
  const values = new Map<string, string>();
  for (const line of completeLines(text)) {
    const colon = line.indexOf(': ');
    if (colon > 0) values.set(line.slice(0, colon), line.slice(colon + 2).trim());
  }
  const bootTime = /\{ sec = ([0-9]{1,12}), usec = ([0-9]{1,6}) \}/.exec(values.get('kern.boottime') ?? '');
  return {
    hostname: values.get('kern.hostname') || null,
    release: values.get('kern.osrelease') || null,
    bootedAtS: bootTime === null ? null : Number(bootTime[1]) + Number(bootTime[2]) / 1e6,
  };
}
