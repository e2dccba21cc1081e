import { EXIT, Failure } from '../../core/failure.ts';
import { holds, parsePrefix } from '../../core/net/ip-prefix.ts';
import type { Places } from '../../core/place/places.ts';
import type { WhoisOperand } from '../../core/place/whois-operand.ts';
import { mayBeAsked, type PlaceFacts, type RdapOutcome, whoisRow } from '../../core/place/whois-row.ts';
import { type Snapshot, section } from '../../core/record/table.ts';
import { type WhoisRow, whois } from '../../core/record/tables/whois.ts';
import { type IpApiReply, openIpApi } from '../../platform/place/ip-api.ts';
import { openRdapCache } from '../../platform/place/rdap-cache.ts';
import { openRdapClient } from '../../platform/place/rdap-client.ts';
import { prepareRoots } from '../../platform/probe/trusted-roots.ts';
import type { Context } from '../context/context.ts';
import type { WhoisRequest } from './whois-request.ts';

/** Reads what an ordinary user may not be able to read: the roots that are trusted here, where a server will be asked over https. */
export function prepareLookUp({ operands, isOffline, base }: WhoisRequest): void {
  const asks = !isOffline && operands.some((one) => one.kind !== 'mac' && mayBeAsked(one));
  if (asks && base?.protocol !== 'http:') prepareRoots();
}

/**
 * What is known of each operand, in their order. When registries were asked and none answered, it rejects after the last row with a
 * Failure: 75 when they were too slow, otherwise 69.
 */
export async function* lookUp(context: Context, asked: WhoisRequest, places: Places): AsyncGenerator<Snapshot> {
  const { clock, env, signal } = context;
  const { isOffline, base, timeoutMs } = asked;
  const cache = openRdapCache({ env, uid: process.getuid?.() ?? null, now: clock.now });
  const rdap = openRdapClient({ clock, cache, timeoutMs, base, signal });
  const ipApi = asked.asksIpApi ? openIpApi({ clock, timeoutMs, signal }) : null;
  const failed: { readonly operand: WhoisOperand; readonly error: string; readonly isLate: boolean }[] = [];
  const rows: WhoisRow[] = [];
  let answers = 0;
  for (const operand of asked.operands) {
    let outcome: RdapOutcome = { kind: 'not_asked' };
    let reply: IpApiReply | null = null;
    if (operand.kind !== 'mac' && mayBeAsked(operand)) {
      // both at once: each has a time of its own
      [outcome, reply] = await Promise.all([
        isOffline ? rdap.recall(operand) : rdap.ask(operand),
        operand.kind === 'addr' && ipApi !== null ? ipApi.ask(operand.text) : null,
      ]);
    }
    if (signal.aborted) return;
    if (outcome.kind === 'failed') failed.push({ operand, ...outcome });
    else if (outcome.kind !== 'not_asked') answers++;
    const ipApiError = reply !== null && 'error' in reply ? reply.error : null;
    if (ipApiError !== null) context.say(ipApiError);
    const row = whoisRow(operand, {
      rdap: outcome,
      local: localFacts(operand, places),
      ipApi: reply !== null && 'place' in reply ? reply.place : null,
      ipApiError,
      vendor: operand.kind === 'mac' ? places.vendorOf(operand.text) : null,
    });
    if (asked.isSorted) rows.push(row);
    else yield [section(whois, [row])];
  }
  if (asked.isSorted) yield [section(whois, rows)];
  if (failed.length === 0) return;
  const lines = failed.map(({ operand, error }) => `${operand.text}: ${error}`);
  if (answers > 0 || !asked.needsAnswer) {
    for (const line of lines) context.say(line);
    return;
  }
  for (const line of lines.slice(1)) context.say(line);
  const exit = failed.every(({ isLate }) => isLate) ? EXIT.timeout : EXIT.unavailable;
  throw new Failure(exit, lines[0]!, { hint: '--offline prints what is known here' });
}

/** What databases on this machine say; of a prefix only when it is true of all of it. */
function localFacts(operand: WhoisOperand, places: Places): PlaceFacts | null {
  if (operand.kind !== 'addr' && operand.kind !== 'prefix') return null;
  const [first = ''] = operand.text.split('/', 1);
  const place = places.placeOf(first);
  const block = place.prefix === null ? null : parsePrefix(place.prefix);
  return block !== null && holds(block, operand.of) ? place : null;
}
