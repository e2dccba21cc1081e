import { isGlobalAddress } from '../../core/net/special-purpose.ts';
import { IP_API_FIELDS, parseIpApiAnswer } from '../../core/place/ip-api-answer.ts';
import type { PlaceFacts } from '../../core/place/whois-row.ts';
import type { Clock } from '../../core/system/clock.ts';
import { openDeadline } from '../probe/deadline.ts';
import { askOverHttp } from './http-answer.ts';
import { openPace, type Pace, retryAfterMs } from './pace.ts';

/** Without a key it speaks http only, and permits 45 requests a minute. */
const SERVICE = new URL('http://ip-api.com/json/');
const PACE_MS = 1500;
/** After 429: its header X-Ttl says how many seconds are left of the minute. */
const PATIENCE_MS = 60_000;

export interface IpApiOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Another service that speaks the same, which may be on this machine. */
  readonly base?: URL;
}

export type IpApiReply = { readonly place: PlaceFacts } | { readonly error: string };

/** Asks ip-api.com where addresses are. Never rejects; an address that is not global is not asked about. */
export interface IpApi {
  ask(addr: string): Promise<IpApiReply>;
}

export function openIpApi({ clock, timeoutMs, signal, base }: IpApiOptions): IpApi {
  const service = base ?? SERVICE;
  const pace = openPace(clock, PACE_MS);
  const fault = (words: string): IpApiReply => ({ error: `${service.host}: ${words}` });
  return {
    async ask(addr) {
      if (!isGlobalAddress(addr)) return fault(`not asked about ${addr}, which is no public address`);
      const rest = pace.resting(service.host);
      if (rest > timeoutMs) return fault(`it asks to be left alone for ${Math.ceil(rest / 1000)} s`);
      await pace.turn(service.host, signal);
      const deadline = openDeadline(clock, timeoutMs, signal);
      try {
        if (rest > 0) await clock.sleep(rest, deadline.signal);
        const url = new URL(`${addr}?fields=${IP_API_FIELDS}`, service);
        const answer = await askOverHttp(url, 'application/json', base !== undefined, deadline);
        restAsAsked(answer.status, answer.headers, pace, service.host, clock.now());
        if (answer.status === 429) return fault('too many requests');
        if (answer.status !== 200) return fault(`HTTP status ${answer.status}`);
        const place = parseIpApiAnswer(answer.body, addr);
        return 'fault' in place ? fault(place.fault) : { place };
      } catch (error) {
        return fault((error as Error).message);
      } finally {
        deadline.close();
      }
    },
  };
}

function restAsAsked(
  status: number,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  pace: Pace,
  host: string,
  now: number,
): void {
  const left = String(headers['x-ttl'] ?? '');
  if (status === 429) pace.rest(host, retryAfterMs(left, now) ?? PATIENCE_MS);
  else if (headers['x-rl'] === '0') pace.rest(host, retryAfterMs(left, now) ?? 0);
}
