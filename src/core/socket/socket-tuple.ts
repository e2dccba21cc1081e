import type { Socket } from './socket.ts';

/** The endpoints of a socket as one text, to know it by. */
export function tupleOf({ proto, local_addr, local_port, remote_addr, remote_port }: Endpoints): string {
  return `${proto} ${local_addr} ${local_port} ${remote_addr} ${remote_port}`;
}

type Endpoints = Pick<Socket, 'local_addr' | 'local_port' | 'remote_addr' | 'remote_port'> & { readonly proto: string };
