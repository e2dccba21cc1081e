import { randomBytes } from 'node:crypto';
import {
  ASK_LATER,
  ASK_NO_MORE,
  type NtpAnswer,
  ntpFault,
  ntpRequest,
  ntpTimes,
  readNtpAnswer,
} from '../../core/health/messages/ntp-packet.ts';
import type { Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import { askDatagram } from './ask-datagram.ts';
import { askInTurn } from './ask-in-turn.ts';
import { openDeadline } from './deadline.ts';
import type { ProberOptions } from './prober-options.ts';
import { failedReply, reply } from './reply.ts';
import { resolveHost } from './resolve-host.ts';

/** How long a server that answers RATE is left alone. */
const REST_MS = 64_000;

/**
 * Asks for the time as a client does (RFC 5905); the clock of this machine is read and never set. The reply's time is
 * that of the network alone: the processing time that the server reports is subtracted. It is ok when the server's
 * clock is synchronised.
 */
export function openNtpProber(target: Target, { clock }: Pick<ProberOptions, 'clock'>): Prober {
  let restUntil = Number.NEGATIVE_INFINITY;
  let kiss = '';
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      if (clock.monotonic() < restUntil) return reply({ ok: null, detail: `not asked, since it said ${kiss}` });
      const deadline = openDeadline(clock, timeoutMs, signal);
      let addr: string | null = null;
      let millis: number | null = null;
      try {
        const addresses = await resolveHost(target, deadline);
        ({ millis } = addresses);
        ({ addr } = addresses.all[0]);
        const asked = await askInTurn(addresses, deadline, (to, within) => {
          const cookie = randomBytes(8).readBigUInt64BE();
          const read = (message: Buffer): NtpAnswer | null => readNtpAnswer(message, cookie);
          return askDatagram(to, target.port, ntpRequest(cookie), read, within);
        });
        ({ addr } = asked.to);
        const { value, sentAt, receivedAt } = asked.value;
        if (value.kiss !== null && (value.kiss === ASK_LATER || ASK_NO_MORE.has(value.kiss))) {
          kiss = value.kiss;
          restUntil = kiss === ASK_LATER ? receivedAt + REST_MS : Number.POSITIVE_INFINITY;
        }
        const told = replyOf(value, clock.wallAt(sentAt), receivedAt - sentAt, addr, millis);
        return { ...told, detail: told.detail + asked.note };
      } catch (error) {
        return failedReply(error, { addr, findings: { dns_ms: millis } });
      } finally {
        deadline.close();
      }
    },
    duplicates: () => null,
    close() {},
  };
}

function replyOf(answer: NtpAnswer, sentAtMs: number, roundTripMs: number, addr: string, dnsMs: number | null): Reply {
  const { stratum, leap } = answer;
  const findings = { dns_ms: dnsMs, stratum };
  const fault = ntpFault(answer);
  const times = fault === null ? ntpTimes(answer, sentAtMs, roundTripMs) : null;
  if (times === null) {
    const detail = fault ?? 'its times contradict the time that the answer took';
    return reply({ ok: false, detail, rttMs: roundTripMs, addr, findings });
  }
  const { offsetMs, delayMs } = times;
  const offset = `${Math.abs(offsetMs).toFixed(3)} ms ${offsetMs < 0 ? 'ahead' : 'behind'}`;
  return reply({
    ok: true,
    detail: `stratum ${stratum}, our clock is ${offset}${LEAPS[leap] ?? ''}`,
    rttMs: delayMs,
    addr,
    findings: { ...findings, offset_ms: offsetMs },
  });
}

const LEAPS: Readonly<Record<number, string>> = {
  1: ', a leap second will be inserted',
  2: ', a leap second will be left out',
};
