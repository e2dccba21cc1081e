import type { Instant } from '../instant.ts';
import { type MultipathLook, openMultipathSessions } from '../socket/multipath-sessions.ts';
import type { OperatingSystem, SocketRequest, SocketSource } from '../system/platform.ts';

/** The MPTCP sessions of a machine, look after look. */
export interface MultipathSampler {
  look(at: Instant): Promise<MultipathLook>;
  close(): void;
}

const of = (...protocols: readonly ('mptcp' | 'tcp')[]): SocketRequest => ({
  protocols: new Set(protocols),
  owners: false,
  processDetails: false,
  closed: false,
});

/** Their TCP sockets are read only while there is a session: on most machines there is none. */
export function openMultipathSampler(platform: Pick<OperatingSystem, 'openSockets'>): MultipathSampler {
  const sessions = openMultipathSessions();
  let alone: SocketSource | null = null;
  let withFlows: SocketSource | null = null;
  return {
    async look(at) {
      alone ??= platform.openSockets(of('mptcp'));
      const reading = await alone.read();
      if (!reading.sockets.some(({ proto, state }) => proto === 'mptcp' && state === 'ESTABLISHED'))
        return sessions.ingest({ ...reading, sockets: [] }, at);
      withFlows ??= platform.openSockets(of('mptcp', 'tcp'));
      return sessions.ingest(await withFlows.read(), at);
    },
    close() {
      alone?.close();
      withFlows?.close();
    },
  };
}
