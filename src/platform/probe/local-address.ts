import dgram from 'node:dgram';
import net from 'node:net';
import { formatIp, parseIp } from '../../core/net/ip-address.ts';

/** Any port will do: nothing is sent to it. */
const PORT = 9;

/**
 * The address of this machine that the system would use to send to another: it chooses one when a datagram socket is
 * connected, which sends nothing. null where there is no route.
 */
export function localAddressTo(address: string): Promise<string | null> {
  const family = net.isIP(address);
  if (family === 0) return Promise.resolve(null);
  return new Promise((resolve) => {
    const socket = dgram.createSocket(family === 6 ? 'udp6' : 'udp4');
    const end = (local: string | null): void => {
      socket.close();
      resolve(local);
    };
    socket.once('error', () => end(null));
    const connected = (error?: Error | null): void => {
      const parsed = error ? null : parseIp(socket.address().address.split('%')[0]!);
      end(parsed === null ? null : formatIp(parsed));
    };
    // an error goes to the callback, whatever its type says
    socket.connect(PORT, address, connected as () => void);
  });
}
