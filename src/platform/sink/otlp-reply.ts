import { LONGEST_REASON, type Reply } from '../../core/delivery/message.ts';
import type { OtlpAnswer } from './otlp-http.ts';

/** What a server may say that took what was sent: it may have rejected some. */
export interface PartialSuccess {
  readonly rejected: unknown;
  readonly errorMessage?: string | undefined;
}

/** `parse` reads the body of the answer; it may throw. */
export function takenBy({ body }: OtlpAnswer, parse: (body: Buffer) => PartialSuccess | undefined): Reply {
  let found: PartialSuccess | undefined;
  try {
    found = parse(body);
  } catch {
    // a server that answers in another format took them all the same
  }
  const rejected = Number(found?.rejected ?? 0);
  return {
    kind: 'taken',
    refused: rejected > 0 ? rejected : 0,
    why: found?.errorMessage?.slice(0, LONGEST_REASON) || null,
  };
}

export const laterBy = ({ reason, afterMs }: OtlpAnswer): Reply => ({ kind: 'later', reason, afterMs });
