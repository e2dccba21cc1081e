import dns, { type LookupAddress } from 'node:dns';
import { abandon } from '../files/abandon.ts';
import type { Deadline } from './deadline.ts';

/**
 * The addresses of a name by getaddrinfo(3), which nothing can interrupt: where no name server answers, it takes as long as
 * all of them are given together. What comes after `deadline` is for nobody, and netwatch does not wait for it when it ends.
 */
export function lookUp(name: string, family: 4 | 6 | 0, { signal }: Deadline): Promise<LookupAddress[]> {
  const found = new Promise<LookupAddress[]>((resolve, reject) => {
    dns.lookup(name, { all: true, family }, (error, addresses) =>
      error === null ? resolve(addresses) : reject(error),
    );
  });
  const late = (): void => abandon(found);
  const over = (): void => signal.removeEventListener('abort', late);
  if (signal.aborted) late();
  else signal.addEventListener('abort', late, { once: true });
  found.then(over, over);
  return found;
}
