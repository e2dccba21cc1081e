import type { EchoSocket, Platform } from '../../src/core/system/platform.ts';
import { openEchoSocket } from '../../src/platform/linux/icmp-echo.ts';
import type { NetworkNamespace } from '../../src/platform/linux/netns.ts';
import { openUdpRequests } from '../../src/platform/linux/udp-request.ts';
import { realClock } from '../../src/platform/machine/real-clock.ts';
import { fakePlatform } from './fake-platform.ts';

/** A platform whose sockets for requests are in a namespace; `icmp` is whether any for ICMP is permitted. */
export function namespacePlatform(
  netns: NetworkNamespace,
  icmp: boolean,
): { readonly platform: Platform; close(): void } {
  const opened: EchoSocket[] = [];
  const once = (open: Platform['openEcho']): Platform['openEcho'] => {
    const known = new Map<string, EchoSocket | null>();
    return (family) => {
      if (!known.has(family)) {
        const socket = netns.enter(() => open(family));
        if (socket !== null) opened.push(socket);
        known.set(family, socket);
      }
      return known.get(family)!;
    };
  };
  return {
    platform: {
      ...fakePlatform([]),
      openEcho: icmp ? once((family) => openEchoSocket(family, realClock)) : () => null,
      openUdpRequests: once((family) => openUdpRequests(family, realClock)),
    },
    close: () => {
      for (const socket of opened) socket.close();
    },
  };
}
