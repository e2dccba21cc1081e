import { EXIT, Failure } from '../core/failure.ts';
import { type Host, openHost } from './host.ts';
import type { Platform, PlatformOptions } from './platform.ts';

/**
 * Opens the platform of this machine, or of a machine kept as files: a folder with a proc/ is Linux, any other macOS.
 * This file alone asks which operating system this is. Throws Failure 69 where netwatch does not run.
 */
export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const host = openHost(options.root);
  const name = options.root === null ? process.platform : hasFolder(host, '/proc') ? 'linux' : 'darwin';
  if (name === 'linux') return (await import('./linux/linux.ts')).openLinux(host, options);
  if (name === 'darwin') return (await import('./macos/macos.ts')).openMacos(host, options);
  throw new Failure(EXIT.unavailable, `netwatch runs on Linux and macOS, not on ${name}`);
}

/** Begins what listing sockets will wait for, where there is enough of it; `openPlatform` picks it up. */
export async function headStart(): Promise<void> {
  if (process.platform === 'linux') (await import('./linux/head-start.ts')).startAhead();
}

function hasFolder(host: Host, folder: string): boolean {
  try {
    return host.list(folder).length > 0;
  } catch {
    return false;
  }
}
