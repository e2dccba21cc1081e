import type { HostRow } from '../../core/record/tables/network-config.ts';
import type { Host } from '../../core/system/host.ts';

/** What the machine says of itself. Never throws: os-release(5) and hostname(7) say what holds where a file is missing. */
export function readHostFacts(host: Host): Omit<HostRow, 'gateway' | 'dns'> {
  const word = (file: string): string | null => host.readIfAny(file)?.trim() || null;
  const release = host.readIfAny('/etc/os-release') ?? host.readIfAny('/usr/lib/os-release') ?? '';
  return {
    hostname: word('/proc/sys/kernel/hostname') ?? word('/etc/hostname') ?? 'localhost',
    os: parsePrettyName(release) ?? 'Linux',
    kernel: word('/proc/sys/kernel/osrelease') ?? word('/proc/version')?.split(' ')[2] ?? null,
    uptime_s: parseUptime(word('/proc/uptime') ?? ''),
  };
}

/** PRETTY_NAME of os-release(5), unquoted as a shell would; null when there is none. */
export function parsePrettyName(text: string): string | null {
  const value = /^PRETTY_NAME=(?:"((?:[^"\\\n]|\\.)*)"|'([^'\n]*)'|([^\s"']+))\s*$/m.exec(text);
  if (value === null) return null;
  const [, double, single, bare] = value;
  return (double?.replace(/\\([$"\\`])/g, '$1') ?? single ?? bare) || null;
}

/** Seconds since boot, the first number of /proc/uptime; null when there is none. */
export function parseUptime(text: string): number | null {
  return /^\d{1,12}\.\d+ /.test(text) ? Number.parseFloat(text) : null;
}
