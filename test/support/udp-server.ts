import dgram from 'node:dgram';
import { once } from 'node:events';

export interface UdpServer {
  readonly port: number;
  readonly socket: dgram.Socket;
  close(): void;
}

/** A server of datagrams; `react` sends what it likes, by `answer` to who asked. */
export async function openUdpServer(
  react: (message: Buffer, answer: (bytes: Uint8Array) => void, from: dgram.RemoteInfo) => void,
  address = '127.0.0.1',
): Promise<UdpServer> {
  const socket = dgram.createSocket(address.includes(':') ? 'udp6' : 'udp4').bind(0, address);
  await once(socket, 'listening');
  let isOpen = true;
  socket.on('message', (message, from) =>
    react(message, (bytes) => void (isOpen && socket.send(bytes, from.port, from.address)), from),
  );
  return {
    port: socket.address().port,
    socket,
    close() {
      if (isOpen) socket.close();
      isOpen = false;
    },
  };
}
