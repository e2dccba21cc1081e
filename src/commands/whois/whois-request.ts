import { usageError } from '../../core/failure.ts';
import { parseWhoisOperand, type WhoisOperand } from '../../core/place/whois-operand.ts';
import { typedBase } from '../../platform/place/permitted-url.ts';
import type { ListingValues } from '../listing/command.ts';
import type { whoisOptions } from './whois-options.ts';

/** The request for what is known of addresses. */
export interface WhoisRequest {
  /** Each is there once. */
  readonly operands: readonly WhoisOperand[];
  readonly isOffline: boolean;
  /** The RDAP service that was typed; null for those that IANA names. */
  readonly base: URL | null;
  readonly asksIpApi: boolean;
  readonly timeoutMs: number;
  /** Whether it is an error that no registry answered; otherwise statements judge what came. */
  readonly needsAnswer: boolean;
  /** Whether all rows are to be one snapshot, which can be sorted. */
  readonly isSorted: boolean;
}

const USUAL_TIMEOUT_MS = 10_000;

/** Throws Failure 64 for what cannot be asked about. */
export function whoisRequestOf(values: ListingValues<typeof whoisOptions>, operands: readonly string[]): WhoisRequest {
  const { offline, rdap, timeout, expect, 'fail-on': failOn } = values;
  if (operands.length === 0)
    throw usageError('whois of what?', {
      hint: 'netwatch whois 192.0.2.1, or a prefix, an AS number, a hardware address',
    });
  const base = rdap === null ? null : typedBase(rdap);
  if (rdap !== null && base === null)
    throw usageError(`--rdap "${rdap}" is no base of an RDAP service`, {
      hint: 'https://HOST/PATH/ without a user or a query, or http:// and an address of this machine',
    });
  const each = new Map(operands.map((typed) => [typed, parseWhoisOperand(typed)]));
  return {
    operands: [...new Map([...each.values()].map((one) => [one.text, one])).values()],
    isOffline: offline,
    base,
    asksIpApi: values['ip-api'] && !offline,
    timeoutMs: timeout ?? USUAL_TIMEOUT_MS,
    needsAnswer: expect === null && failOn === null,
    isSorted: values.sort !== null,
  };
}
