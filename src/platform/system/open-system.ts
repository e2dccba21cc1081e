import { EXIT, Failure } from '../../core/failure.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { Host } from '../../core/system/host.ts';
import type { OperatingSystem, PlatformOptions } from '../../core/system/platform.ts';
import { isPrivileged as mayMoreOnLinux } from '../linux/drop-privileges.ts';
import { openLinux } from '../linux/linux.ts';
import { openHost } from '../machine/host.ts';
import { openMacos } from '../macos/macos.ts';

/**
 * The operating system of this machine, or of a machine saved as files: a folder with a proc/ is Linux, any other
 * macOS. Only this file checks which operating system this is. Throws Failure 69 where netwatch does not run.
 */
export async function openSystem(options: PlatformOptions, clock: Clock): Promise<OperatingSystem> {
  const host = openHost(options.root, clock);
  const name = options.root === null ? process.platform : systemIn(options.root, host);
  if (name === 'linux') return openLinux(host, options, clock);
  if (name === 'darwin') return openMacos(host, options);
  throw new Failure(EXIT.unavailable, `netwatch runs on Linux and macOS, not on ${name}`);
}

/** Whether this process may do more than its user, or is root. */
export function isPrivileged(): boolean {
  return process.platform === 'linux' ? mayMoreOnLinux() : process.getuid?.() === 0;
}

/** The system of a machine saved in a folder. Throws Failure 66 when there is none. */
function systemIn(root: string, host: Host): 'linux' | 'darwin' {
  if (hasFolder(host, '/proc')) return 'linux';
  if (hasFolder(host, '/run')) return 'darwin';
  throw new Failure(EXIT.noInput, `no saved machine in ${root}: it has neither proc/ nor run/`);
}

function hasFolder(host: Host, folder: string): boolean {
  try {
    return host.list(folder).length > 0;
  } catch {
    return false;
  }
}
