import { parseRdapAnswer, type Registry } from '../../core/place/rdap-answer.ts';
import {
  type BootstrapList,
  bootstrapListFor,
  type RdapQuery,
  rdapPath,
  serviceFor,
} from '../../core/place/rdap-bootstrap.ts';
import type { RdapOutcome } from '../../core/place/whois-row.ts';
import { REGISTRIES } from '../../core/record/tables/whois.ts';
import type { Clock } from '../../core/system/clock.ts';
import { type Deadline, openDeadline } from '../probe/deadline.ts';
import { askOverHttp, type HttpAnswer } from './http-answer.ts';
import { openPace, type Pace, retryAfterMs } from './pace.ts';
import { NotPermitted, permittedUrl } from './permitted-url.ts';
import type { Kept, RdapCache } from './rdap-cache.ts';

/** RFC 9224, 2: where IANA's lists are. */
const IANA = 'https://data.iana.org/rdap/';
const PACE_MS = 500;
const MOST_REDIRECTS = 5;
/** Times that a server is asked again after it asked for patience. */
const MOST_AGAIN = 3;
const HOUR_MS = 3_600_000;
/** How long lists and answers are believed. */
const FRESH_MS = 24 * HOUR_MS;
/** How long an old one is better than none. */
const USABLE_MS = 30 * 24 * HOUR_MS;
const MEDIA_TYPES: ReadonlySet<string> = new Set(['application/rdap+json', 'application/json']);

export interface RdapOptions {
  readonly clock: Clock;
  readonly cache: RdapCache;
  /** How long to wait for each answer. */
  readonly timeoutMs: number;
  /** The service to ask, in place of those that IANA names. */
  readonly base: URL | null;
  /** Where IANA's lists are. */
  readonly lists?: URL;
  readonly signal: AbortSignal;
}

/** Asks registries about numbers of the Internet. Nothing here rejects: what goes wrong is the outcome. */
export interface RdapClient {
  ask(query: RdapQuery): Promise<RdapOutcome>;
  /** What is kept of an earlier answer, however old; sends nothing. */
  recall(query: RdapQuery): RdapOutcome;
}

/** Why there is no answer; `isLate` when the time was over. */
class Unanswered extends Error {
  readonly isLate: boolean;
  constructor(message: string, isLate = false) {
    super(message);
    this.isLate = isLate;
  }
}

/** The server answers that it has no such network. */
class NotFound extends Error {}

export function openRdapClient(options: RdapOptions): RdapClient {
  const { clock, cache, base } = options;
  const pace = openPace(clock, PACE_MS);
  const lists = new Map<BootstrapList, string>();
  const keyOf = (query: RdapQuery): string => `${base?.href ?? 'iana'} ${rdapPath(query)}`;

  const recall = (query: RdapQuery, mostMs: number): RdapOutcome => {
    const kept = cache.find(keyOf(query), mostMs);
    return kept === null ? { kind: 'not_asked' } : outcomeOf(kept, query, 'cached');
  };

  async function serviceOf(query: RdapQuery): Promise<URL> {
    if (base !== null) return base;
    const name = bootstrapListFor(query);
    const list = lists.get(name) ?? (await fetchList(name, query));
    const service = serviceFor(list, query);
    if (service === undefined) throw new Unanswered(`the list of registries for ${name} is not what it should be`);
    if (service === null) throw new Unanswered(`no registry is responsible for ${query.text}`);
    lists.set(name, list);
    return permittedUrl(service, null, null);
  }

  /** A list that is too old is better than none. */
  async function fetchList(name: BootstrapList, query: RdapQuery): Promise<string> {
    const from = options.lists ?? new URL(IANA);
    const url = new URL(`${name}.json`, from);
    const kept = cache.find(url.href, FRESH_MS);
    if (kept !== null && isList(kept, query)) return kept.body;
    try {
      const got = await follow(url, options.lists ?? null, 'application/json', options, pace);
      if (isList(got, query)) await cache.keep(url.href, got);
      return got.body;
    } catch (error) {
      const old = cache.find(url.href, USABLE_MS);
      if (old !== null && isList(old, query)) return old.body;
      const { isLate = false } = error as Partial<Unanswered>;
      throw new Unanswered(`the list of registries cannot be had: ${(error as Error).message}`, isLate);
    }
  }

  return {
    async ask(query) {
      const known = recall(query, FRESH_MS);
      if (known.kind === 'cached') return known;
      let url: string | null = null;
      try {
        const service = await serviceOf(query);
        const asked = new URL(rdapPath(query), service);
        url = asked.href;
        const got = await follow(asked, base, 'application/rdap+json', options, pace);
        const outcome = outcomeOf(got, query, 'answered');
        if (outcome.kind === 'answered') await cache.keep(keyOf(query), got);
        return outcome.kind === 'answered' && outcome.registry === null
          ? { ...outcome, registry: registryOf(service) }
          : outcome;
      } catch (error) {
        const { message: words } = error as Error;
        const message = error instanceof NotPermitted ? `not asked: ${words}` : words;
        if (error instanceof NotFound) return { kind: 'not_found', url, error: message, isLate: false };
        return { kind: 'failed', url, error: message, isLate: error instanceof Unanswered && error.isLate };
      }
    },
    recall: (query) => recall(query, USABLE_MS),
  };
}

const isList = ({ body }: Kept, query: RdapQuery): boolean => serviceFor(body, query) !== undefined;

function outcomeOf({ at, url, body }: Kept, query: RdapQuery, kind: 'answered' | 'cached'): RdapOutcome {
  const answer = parseRdapAnswer(body, query);
  // a file of the cache that cannot be read is none
  if ('fault' in answer)
    return kind === 'cached' ? { kind: 'not_asked' } : { kind: 'failed', url, error: answer.fault, isLate: false };
  return { kind, url, at, answer, registry: answer.registry ?? registryOf(new URL(url)) };
}

/** `rdap.db.ripe.net` is of ripe. */
function registryOf({ hostname }: URL): Registry | null {
  return REGISTRIES.find((one) => hostname === `${one}.net` || hostname.endsWith(`.${one}.net`)) ?? null;
}

/** Asks a server, and those that it refers to, within one time. Rejects with Unanswered or NotFound. */
async function follow(
  first: URL,
  typed: URL | null,
  accept: string,
  { clock, timeoutMs, signal }: RdapOptions,
  pace: Pace,
): Promise<Kept> {
  // what the turn takes is not the server's time
  await pace.turn(first.host, signal);
  const deadline = openDeadline(clock, timeoutMs, signal);
  let url = first;
  try {
    for (let redirects = 0; ; redirects++) {
      const answer = await askPatiently(url, typed, accept, deadline, pace);
      const { status, headers, body } = answer;
      if (isRedirect(status)) {
        if (redirects === MOST_REDIRECTS) throw new Unanswered(`more than ${MOST_REDIRECTS} redirects`);
        if (headers.location === undefined)
          throw new Unanswered(`${url.host}: HTTP status ${status} without a location`);
        const to = redirectTo(headers.location, url, typed);
        if (to.host !== url.host) await pace.turn(to.host, deadline.signal);
        url = to;
        continue;
      }
      if (status === 404) throw new NotFound(`${url.host} knows no such network`);
      if (status !== 200) throw new Unanswered(`${url.host}: HTTP status ${status}`);
      requireJson(answer, url);
      return { at: clock.now(), url: url.href, body };
    }
  } catch (error) {
    if (error instanceof Unanswered || error instanceof NotFound) throw error;
    const { message } = error as Error;
    const words = error instanceof NotPermitted ? `not asked: ${message}` : message;
    const isNamed = words.startsWith(`${url.hostname}: `);
    throw new Unanswered(isNamed ? words : `${url.host}: ${words}`, deadline.signal.aborted && !signal.aborted);
  } finally {
    deadline.close();
  }
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

function redirectTo(location: string, from: URL, typed: URL | null): URL {
  try {
    return permittedUrl(location, from, typed);
  } catch (error) {
    throw new Unanswered(`${from.host} refers to ${(error as Error).message}`);
  }
}

function requireJson({ headers }: HttpAnswer, { host }: URL): void {
  const [type = ''] = (headers['content-type'] ?? '').split(';', 1);
  const media = type.trim().toLowerCase();
  if (!MEDIA_TYPES.has(media))
    throw new Unanswered(`${host}: the answer is ${media.slice(0, 80) || 'of no type'}, not RDAP`);
  const coding = headers['content-encoding'] ?? 'identity';
  if (coding !== 'identity')
    throw new Unanswered(`${host}: the answer is encoded as ${coding.slice(0, 80)}, which was not asked for`);
}

/** Asks again when the server asks for patience (429, 503) and there is time for it. */
async function askPatiently(
  url: URL,
  typed: URL | null,
  accept: string,
  deadline: Deadline,
  pace: Pace,
): Promise<HttpAnswer> {
  const { clock, signal } = deadline;
  for (let again = 0; ; again++) {
    const rest = pace.resting(url.host);
    if (rest > deadline.left())
      throw new Unanswered(`${url.host} asks to be left alone for ${Math.ceil(rest / 1000)} s`);
    if (rest > 0) await clock.sleep(rest, signal);
    const answer = await askOverHttp(url, accept, typed !== null && url.origin === typed.origin, deadline);
    const wait = retryAfterMs(answer.headers['retry-after'], clock.now());
    const asksPatience = answer.status === 429 || (answer.status === 503 && wait !== null);
    if (!asksPatience) return answer;
    pace.rest(url.host, wait ?? PATIENCE_MS);
    if (again === MOST_AGAIN) throw new Unanswered(`${url.host}: too many requests`);
  }
}
/** After 429 without a time. */
const PATIENCE_MS = 2000;
