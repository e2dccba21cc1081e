import type { Findings, Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import { type Connected, connectInTurn, connectTo } from './connect-to.ts';
import { type Deadline, openDeadline } from './deadline.ts';
import type { ProberOptions } from './prober-options.ts';
import { failedReply, reply } from './reply.ts';
import { type Resolved, resolveHost } from './resolve-host.ts';
import { type Handshake, HandshakeFailure, shakeHands } from './tls-handshake.ts';
import { prepareRoots } from './trusted-roots.ts';

/** The protocols that are offered, so that the server names the one it speaks (RFC 7301). */
const PROTOCOLS = ['h2', 'http/1.1'];
const NONE_OF_THESE = 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL';

/**
 * Makes a handshake and checks the certificates; nothing is asked above TLS. The time covers all phases. It is ok when
 * the server shows a certificate for this host that is trusted here and has not expired.
 */
export function openTlsProber(target: Target, { clock }: Pick<ProberOptions, 'clock'>): Prober {
  prepareRoots();
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      const start = clock.monotonic();
      const deadline = openDeadline(clock, timeoutMs, signal);
      let addr: string | null = null;
      const found: { -readonly [K in keyof Findings]: Findings[K] } = {};
      try {
        const addresses = await resolveHost(target, deadline);
        ({ addr } = addresses.all[0]);
        found.dns_ms = addresses.millis;
        const { to, value, note } = await connectInTurn(addresses, target.port, deadline);
        ({ addr } = to);
        const handshake = await secure(value, to, target, deadline, (millis) => {
          found.connect_ms = millis;
        });
        handshake.socket.destroy();
        const rttMs = clock.monotonic() - start;
        const findings = { ...found, ...handshake.findings, total_ms: rttMs };
        return reply({ ok: handshake.fault === null, detail: detailOf(handshake) + note, rttMs, addr, findings });
      } catch (error) {
        return failedReply(error, { addr, findings: found });
      } finally {
        deadline.close();
      }
    },
    duplicates: () => null,
    close() {},
  };
}

/** Asks a server again without an offer when it speaks other protocols than those offered. */
async function secure(
  first: Connected,
  to: Resolved,
  { host, port }: Pick<Target, 'host' | 'port'>,
  deadline: Deadline,
  connected: (millis: number) => void,
): Promise<Handshake> {
  for (const protocols of [PROTOCOLS, []]) {
    const { socket, millis } = protocols === PROTOCOLS ? first : await connectTo(to, port, deadline);
    connected(millis);
    try {
      return await shakeHands(socket, host, protocols, deadline);
    } catch (error) {
      const isRefused = error instanceof HandshakeFailure && error.code === NONE_OF_THESE;
      if (!isRefused || protocols.length === 0) throw error;
    }
  }
  throw new Error('the server speaks no protocol that was offered');
}

function detailOf({ findings, fault }: Handshake): string {
  if (fault !== null) return fault;
  const { tls_version, tls_days, tls_alpn } = findings;
  const days = tls_days === null || tls_days === undefined ? '' : `, expires in ${Math.floor(tls_days)} days`;
  return `${tls_version}${days}${tls_alpn === null || tls_alpn === undefined ? '' : `, ${tls_alpn}`}`;
}
