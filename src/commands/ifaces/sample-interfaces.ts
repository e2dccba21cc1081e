import { type Instant, instantOf } from '../../core/instant.ts';
import type { Limit } from '../../core/limit.ts';
import { type Section, type Snapshot, section } from '../../core/record/table.ts';
import { iface } from '../../core/record/tables/iface.ts';
import { tunnel } from '../../core/record/tables/tunnel.ts';
import { openInterfaceSampler } from '../../core/sample/interface-sampler.ts';
import { readNetwork } from '../../core/sample/network-sampler.ts';
import { openOwnedSockets } from '../../core/sample/owned-sockets.ts';
import { openTunnelSampler, type TunnelSampler } from '../../core/sample/tunnel-sampler.ts';
import type { Context } from '../context/context.ts';
import { placeOf } from '../context/place.ts';
import type { Request } from '../listing/command.ts';
import { requireInterface } from '../reading/require-interface.ts';
import { compileTest, type IfaceRequest } from './iface-request.ts';
import { sayPresence } from './say-presence.ts';

/** The rows of one look, and what could not be read. */
type Look = Section & { readonly limits: readonly Limit[] };

/** The interfaces of a machine, or its configuration, at every tick. Rejects with a Failure 66 for an interface that does not exist. */
export async function* sampleInterfaces(
  context: Context,
  asked: IfaceRequest,
  { ticks, sayLimits }: Request,
): AsyncGenerator<Snapshot> {
  const place = await placeOf(context, asked.place);
  if (asked.interface !== null) await requireInterface(place.platform, asked.interface);
  const keeps = compileTest(asked);
  const interfaces = openInterfaceSampler(place, asked);
  const tell = asked.interface === null ? null : sayPresence(asked.interface, place);
  const lookAt = async (at: Instant): Promise<Look> => {
    const { rows, limits } = await interfaces.look(at);
    tell?.(rows);
    return { ...section(iface, rows), limits };
  };
  const tunnels =
    asked.part === 'tunnels'
      ? openTunnelSampler(await openOwnedSockets(place.platform, { isLeft: false, user: null }))
      : null;
  const lookAtTunnels = async (sampler: TunnelSampler, at: Instant): Promise<Look> => {
    const { rows, limits } = await sampler.look(at);
    return { ...section(tunnel, rows), limits };
  };
  try {
    for await (const tick of ticks) {
      const { part } = asked;
      const { limits, ...found } =
        tunnels !== null
          ? await lookAtTunnels(tunnels, instantOf(tick))
          : part === null || part === 'tunnels'
            ? await lookAt(instantOf(tick))
            : await readNetwork(place.platform, part);
      sayLimits(limits);
      yield [{ ...found, rows: [...found.rows].filter(keeps) }];
    }
  } finally {
    tunnels?.close();
  }
}
