import type { EchoSocket } from '../../core/system/platform.ts';

type Family = 'ipv4' | 'ipv6';

/** The sockets for requests, one for each family: opened when it is first asked for, and shared until all are closed. */
export class SharedSockets {
  private readonly opened = new Map<Family, EchoSocket | null>();
  private isClosed = false;

  /** `make` opens the socket of a family; null where none is permitted. */
  constructor(private readonly make: (family: Family) => EchoSocket | null) {}

  /** The socket of a family, the same each time. After `close` it is closed, and every request over it is interrupted. */
  open(family: Family): EchoSocket | null {
    const known = this.opened.get(family);
    if (known !== undefined) return known;
    const socket = this.make(family);
    if (this.isClosed) socket?.close();
    this.opened.set(family, socket);
    return socket;
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const socket of this.opened.values()) socket?.close();
  }
}
