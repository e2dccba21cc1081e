import { headStart } from '../platform/index.ts';

/**
 * netwatch: arguments in, exit status out. Never throws. On a machine with thousands of sockets the search for their
 * owners takes longest, so it begins before the rest of the program is loaded.
 */
export async function main(argv: readonly string[]): Promise<number> {
  const [first] = argv;
  if (first === undefined || first === 'conns' || first.startsWith('-')) await headStart();
  const { program } = await import('./program.ts');
  return program(argv);
}
