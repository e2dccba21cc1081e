import { networkInterfaces } from 'node:os';
import { natMapping, type Seen } from '../../core/health/messages/nat-mapping.ts';
import type { Prober, Reply } from '../../core/health/prober.ts';
import type { Target } from '../../core/health/target.ts';
import { endpointText } from '../../core/net/endpoint-text.ts';
import type { ProbeRow } from '../../core/record/tables/probe.ts';
import type { Platform } from '../../core/system/platform.ts';
import { askInTurn } from './ask-in-turn.ts';
import { type Deadline, openDeadline } from './deadline.ts';
import type { ProberOptions } from './prober-options.ts';
import { failedReply, reply } from './reply.ts';
import { resolveHost } from './resolve-host.ts';
import { type Answered, StunSocket } from './stun-socket.ts';

/** How long an answer waits for the answer of another server, for comparison. */
const COMPARE_MS = 300;

/** The sockets of the run, which has one platform: all its targets are asked from the same port. */
const RUNS = new WeakMap<Platform, { readonly ipv4: StunSocket; readonly ipv6: StunSocket; users: number }>();

/**
 * Asks which address and port a server sees us under (RFC 8489, Binding), and asks again while it is silent. With a
 * second server at another address, it can also say whether the address translation between depends on the destination.
 */
export function openStunProber(target: Target, { platform, clock }: ProberOptions): Prober {
  const { port } = target;
  const sockets = RUNS.get(platform) ?? {
    ipv4: new StunSocket(false, clock),
    ipv6: new StunSocket(true, clock),
    users: 0,
  };
  RUNS.set(platform, sockets);
  sockets.users++;
  return {
    async send(timeoutMs, signal): Promise<Reply> {
      const deadline = openDeadline(clock, timeoutMs, signal);
      let addr: string | null = null;
      let millis: number | null = null;
      try {
        const addresses = await resolveHost(target, deadline);
        ({ millis } = addresses);
        ({ addr } = addresses.all[0]);
        const socketTo = (to: string): StunSocket => (to.includes(':') ? sockets.ipv6 : sockets.ipv4);
        const asked = await askInTurn(addresses, deadline, (to, within) => socketTo(to.addr).ask(to, port, within));
        ({ addr } = asked.to);
        const told = await replyOf(asked.value, { addr, port }, socketTo(addr), deadline, millis);
        return { ...told, detail: told.detail + asked.note };
      } catch (error) {
        return failedReply(error, { addr, findings: { dns_ms: millis } });
      } finally {
        deadline.close();
      }
    },
    duplicates: () => null,
    close() {
      if (--sockets.users > 0) return;
      sockets.ipv4.close();
      sockets.ipv6.close();
      RUNS.delete(platform);
    },
  };
}

async function replyOf(
  { answer, sentAt, receivedAt, sent, localPort }: Answered,
  server: Seen['server'],
  socket: StunSocket,
  deadline: Deadline,
  dnsMs: number | null,
): Promise<Reply> {
  const rttMs = receivedAt - sentAt;
  const known = { rttMs, addr: server.addr, findings: { dns_ms: dnsMs } };
  const { mapped, error } = answer;
  if (error !== null) return reply({ ok: false, detail: `STUN error ${error}`, ...known });
  if (mapped === null) return reply({ ok: false, detail: 'it does not say where we come from', ...known });
  const seen = { server, mapped };
  socket.remember(seen);
  const local = localAddresses();
  let nat = natMapping(seen, socket.othersThan(seen), localPort, local);
  if (nat === null) {
    await socket.another(seen, Math.min(COMPARE_MS, deadline.left()));
    nat = natMapping(seen, socket.othersThan(seen), localPort, local);
  }
  const at = endpointText(mapped.addr, mapped.port);
  const repeated = sent === 1 ? '' : `; asked ${sent} times`;
  return reply({
    ok: true,
    ...known,
    detail: `seen as ${at}${nat === null ? '' : NATS[nat]}${repeated}`,
    findings: { ...known.findings, mapped_addr: mapped.addr, mapped_port: mapped.port, nat },
  });
}

const NATS: Readonly<Record<NonNullable<ProbeRow['nat']>, string>> = {
  none: ', our own address',
  cone: ', by other servers too (cone)',
  symmetric: ', otherwise by other servers (symmetric)',
};

function localAddresses(): ReadonlySet<string> {
  return new Set(Object.values(networkInterfaces()).flatMap((of) => (of ?? []).map(({ address }) => address)));
}
