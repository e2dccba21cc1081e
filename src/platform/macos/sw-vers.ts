import type { Host } from '../../core/system/host.ts';

/** Name and version of the operating system. Throws Failure 69. */
export async function readSwVers(host: Host): Promise<string> {
  return parseSwVers(await host.run('sw_vers', []));
}

/** `macOS 14.5` from the lines `ProductName: macOS` and `ProductVersion: 14.5` of sw_vers(1). */
export function parseSwVers(text: string): string {
  const name = /^ProductName:\s*(.+)\n/m.exec(text)?.[1] ?? 'macOS';
  const version = /^ProductVersion:\s*(.+)\n/m.exec(text)?.[1];
  return version === undefined ? name : `${name} ${version}`;
}
