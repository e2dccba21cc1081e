import { createHash } from 'node:crypto';

/** The policy of a page (CSP): nothing is loaded, nothing runs, and no style holds but the one whose bytes are these. */
export function policyFor(style: string): string {
  const hash = createHash('sha256').update(style).digest('base64');
  return `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
}
