import { headStart } from '../platform/index.ts';
import { program } from './program.ts';

/**
 * netwatch: arguments in, exit status out. Never throws. On a machine with thousands of sockets the search for their
 * owners takes longest, so it begins before the arguments are even read.
 */
export function main(argv: readonly string[]): Promise<number> {
  const [first] = argv;
  if (first === undefined || first === 'conns') headStart();
  return program(argv);
}
