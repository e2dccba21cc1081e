import { execFileSync } from 'node:child_process';
import { isDeepStrictEqual } from 'node:util';

/** Runs ip(8), the peer that kernel readings are compared with. Throws with its error message. */
export function ip(...args: string[]): string {
  return execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What `ip -j` prints; T names the fields of it that are used. */
export function ipJson<T>(...args: string[]): T[] {
  return JSON.parse(ip('-j', ...args) || '[]');
}

export const hasIp = ((): boolean => {
  try {
    return ip('-V') !== '';
  } catch {
    return false;
  }
})();

/** Two readings of the same thing: ours between two equal ones of the peer. */
export function between<P, O>(readPeer: () => P, readOurs: () => O): { peer: P; ours: O } {
  for (let attempt = 0; attempt < 50; attempt++) {
    const peer = readPeer();
    const ours = readOurs();
    if (isDeepStrictEqual(peer, readPeer())) return { peer, ours };
  }
  throw new Error('the peer never answered the same twice');
}
