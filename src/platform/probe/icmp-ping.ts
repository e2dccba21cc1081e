import type { Findings, Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import type { EchoReply, EchoSocket } from '../../core/system/platform.ts';
import { askInTurn } from './ask-in-turn.ts';
import { type Deadline, openDeadline } from './deadline.ts';
import { requestFailure } from './open-requests.ts';
import { openPing } from './ping-command.ts';
import type { ProberOptions } from './prober-options.ts';
import { failedReply, reply } from './reply.ts';
import { CannotAsk, type Resolved, resolveHost } from './resolve-host.ts';
import { tcpEcho } from './tcp-echo.ts';

/**
 * Sends echo requests by the first method that works here: a socket of our own, the ping command, or a TCP connection,
 * whose answer or refusal shows that the host is up. `method` says which it was.
 */
export function openIcmpProber(target: Target, { platform, clock, sayLimit, own }: ProberOptions): Prober {
  let counted: { readonly socket: EchoSocket; readonly addr: string } | null = null;
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      const deadline = openDeadline(clock, timeoutMs, signal);
      let addr: string | null = null;
      let findings: Findings = {};
      const ask = async (to: Resolved, within: Deadline): Promise<Reply> => {
        const socket = platform.openEcho(to.addr.includes(':') ? 'ipv6' : 'ipv4');
        if (socket === null) {
          sayLimit('ICMP echo', 'no socket for it is permitted here', 'netwatch doctor');
          const told = (await openPing(platform, to, within.left(), within.signal)) ?? (await tcpEcho(to, within, own));
          if (told.ok === true) return told;
          findings = { ...told.findings, ...findings };
          throw told.ok === null ? new CannotAsk(told.detail) : new Error(told.detail);
        }
        findings = { method: socket.method, ...findings };
        counted ??= { socket, addr: to.addr };
        const answer = await socket.send(to.addr, to.zoneIndex, within.left(), within.signal);
        if (answer.rttMs === null) throw echoFailure(answer, to, within);
        counted = { socket, addr: to.addr };
        return reply({ ok: true, detail: 'echo reply', rttMs: answer.rttMs, findings: { method: socket.method } });
      };
      try {
        const addresses = await resolveHost(target, deadline);
        ({ addr } = addresses.all[0]);
        findings = { dns_ms: addresses.millis };
        const { to, value, note } = await askInTurn(addresses, deadline, ask);
        return {
          ...value,
          addr: to.addr,
          detail: value.detail + note,
          findings: { ...value.findings, dns_ms: addresses.millis },
        };
      } catch (error) {
        return failedReply(error, { addr, findings });
      } finally {
        deadline.close();
      }
    },
    duplicates: () => counted?.socket.duplicates(counted.addr) ?? null,
    close() {},
  };
}

/** Why an echo did not come, in words. */
function echoFailure(answer: EchoReply, to: Resolved, deadline: Deadline): Error {
  if (answer.error === null || deadline.signal.aborted) return new Error(deadline.why('answer'));
  const failure = requestFailure(answer, to);
  if (failure !== null) return failure;
  const by = answer.from === null || answer.from === to.addr ? '' : `, says ${answer.from}`;
  return new Error(`${answer.error}${by}`);
}
