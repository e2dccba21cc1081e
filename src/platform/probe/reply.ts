import type { Findings, Reply } from '../../core/health/prober.ts';
import { CannotAsk } from './resolve-host.ts';

/** A reply with the known fields; all others are null or empty. */
export function reply(known: Partial<Reply> & Pick<Reply, 'ok' | 'detail'>): Reply {
  return { rttMs: null, addr: null, findings: NOTHING, at: null, ...known };
}

/** The reply of a probe that failed: `error` says why. Where this machine is to blame (CannotAsk), `ok` is null. */
export function failedReply(error: unknown, known: Pick<Reply, 'addr'> & Partial<Pick<Reply, 'findings'>>): Reply {
  return reply({ ok: error instanceof CannotAsk ? null : false, detail: (error as Error).message, ...known });
}

const NOTHING: Findings = {};
