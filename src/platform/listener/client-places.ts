import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How far a client is: it has sent no whole request yet, has its answer and may ask again, or what answers it. */
type Progress = 'silent' | 'served' | ServerResponse;

/**
 * Lets a server have `most` clients at a time. One more takes the place of a client that keeps nobody waiting: of those
 * that have sent no whole request the oldest, or else of those that have their answer, or else of those that do not take it. While all
 * others are being answered, it is turned away.
 */
export function limitClients(server: Server, most: number): void {
  // in the order in which they came
  const clients = new Map<Socket, Progress>();
  server.on('connection', (socket: Socket) => {
    if (clients.size >= most) {
      const given = placeToGive(clients);
      (given ?? socket).destroy();
      if (given === null) return;
      clients.delete(given);
    }
    clients.set(socket, 'silent');
    socket.once('close', () => clients.delete(socket));
  });
  const begin = ({ socket }: { readonly socket: Socket }, response: ServerResponse): void => {
    if (!clients.has(socket)) return;
    clients.set(socket, response);
    response.once('finish', () => {
      if (clients.get(socket) === response) clients.set(socket, 'served');
    });
  };
  server.on('request', begin);
  server.on('checkContinue', begin);
}

/** The client whose place is given to another; null when all are being answered. */
function placeToGive(clients: ReadonlyMap<Socket, Progress>): Socket | null {
  let given: Socket | null = null;
  let least = ANSWERED;
  for (const [socket, progress] of clients) {
    const rank = rankOf(progress);
    if (rank >= least) continue;
    given = socket;
    least = rank;
  }
  return given;
}

/** Who is being answered gives its place to nobody. */
const ANSWERED = 3;

function rankOf(progress: Progress): number {
  if (progress === 'silent') return 0;
  if (progress === 'served') return 1;
  return progress.writableEnded ? 2 : ANSWERED;
}
