import { EXIT, Failure } from '../core/failure.ts';
import { type Host, openHost } from './host.ts';
import { openLinux } from './linux/linux.ts';
import { openMacos } from './macos/macos.ts';
import type { Platform, PlatformOptions } from './platform.ts';

/**
 * Opens the platform of this machine, or of a machine kept as files: a folder with a proc/ is Linux, any other macOS.
 * This file alone asks which operating system this is. Throws Failure 69 where netwatch does not run.
 */
export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const host = openHost(options.root);
  const name = options.root === null ? process.platform : hasFolder(host, '/proc') ? 'linux' : 'darwin';
  if (name === 'linux') return openLinux(host, options);
  if (name === 'darwin') return openMacos(host, options);
  throw new Failure(EXIT.unavailable, `netwatch runs on Linux and macOS, not on ${name}`);
}

function hasFolder(host: Host, folder: string): boolean {
  try {
    return host.list(folder).length > 0;
  } catch {
    return false;
  }
}
