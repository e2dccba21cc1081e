import type { Host } from '../../core/system/host.ts';

/** The user netwatch runs as. */
export interface Identity {
  readonly isRoot: boolean;
  readonly groups: readonly string[];
}

/** Throws Failure 69. */
export async function readIdentity(host: Host): Promise<Identity> {
  return parseIdentity(await host.run('id', []));
}

/** `uid=501(anna) gid=20(staff) groups=20(staff),12(everyone)` of id(1). */
export function parseIdentity(text: string): Identity {
  const groups = /\bgroups=(.*)$/m.exec(text)?.[1] ?? '';
  return { isRoot: text.startsWith('uid=0('), groups: [...groups.matchAll(/\(([^)]*)\)/g)].map((match) => match[1]!) };
}
