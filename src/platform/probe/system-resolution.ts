import { usageError } from '../../core/failure.ts';
import { A, AAAA, type DnsQuestion } from '../../core/health/messages/dns-question.ts';
import type { Prober } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import { openDeadline } from './deadline.ts';
import { lookUp } from './look-up.ts';
import { hasNoRouteToNameServers, NO_SERVER_ANSWERS } from './name-servers.ts';
import type { ProberOptions } from './prober-options.ts';
import { reply } from './reply.ts';
import { NO_ROUTE_TO_SERVERS } from './resolve-host.ts';
import { waitFor } from './wait-for.ts';

const MOST_ANSWERS = 100;
const SHOWN = 3;
/** getaddrinfo(3): this counts as an answer, as NXDOMAIN does; all other errors mean that there was none. */
const NO_SUCH_NAME = 'ENOTFOUND';
const REASONS: Readonly<Record<string, string>> = { [NO_SERVER_ANSWERS]: 'no name server answers' };

/**
 * Resolves a name as every program of this machine does (getaddrinfo: the hosts file, then what nsswitch.conf names).
 * This does not show which server answered, or its code.
 */
export function openSystemResolution(
  target: Target,
  { name, type }: DnsQuestion,
  { clock }: Pick<ProberOptions, 'clock'>,
): Prober {
  const hasType = /[?&]type=/i.test(target.path);
  if (name === '') throw usageError(`${target.text} needs a name`, { hint: 'netwatch probe dns:///NAME' });
  if (type !== A && type !== AAAA)
    throw usageError(`the system resolves addresses only: ${target.text}`, {
      hint: `netwatch probe dns://SERVER${target.path}`,
    });
  const family = hasType ? (type === A ? 4 : 6) : (target.family ?? 0);
  return {
    async send(timeoutMs, signal) {
      const start = clock.monotonic();
      const deadline = openDeadline(clock, timeoutMs, signal);
      try {
        const all = await waitFor<string[]>(deadline, (done, fail) => {
          lookUp(name, family, deadline).then(
            (addresses) => done(addresses.map(({ address }) => address)),
            (error: NodeJS.ErrnoException) => (error.code === NO_SUCH_NAME ? done([]) : fail(error)),
          );
          return { stop() {} };
        });
        const rttMs = clock.monotonic() - start;
        const answers = all.slice(0, MOST_ANSWERS);
        const more = answers.length > SHOWN ? ` and ${answers.length - SHOWN} more` : '';
        if (answers.length === 0) {
          const detail = `${name}: no such name, or no address of this type`;
          return reply({ ok: false, detail, rttMs, findings: { dns_ms: rttMs, total_ms: rttMs } });
        }
        const detail = `${answers.slice(0, SHOWN).join(', ')}${more}`;
        return reply({ ok: true, detail, rttMs, findings: { answers, dns_ms: rttMs, total_ms: rttMs } });
      } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        if (code === NO_SERVER_ANSWERS && (await hasNoRouteToNameServers()))
          return reply({ ok: null, detail: `${name}: ${NO_ROUTE_TO_SERVERS}` });
        // the end of the time has no code, and words of its own
        const why = code === undefined ? message : (REASONS[code] ?? `it cannot be resolved (${code})`);
        return reply({ ok: false, detail: `${name}: ${why}` });
      } finally {
        deadline.close();
      }
    },
    duplicates: () => null,
    close() {},
  };
}
