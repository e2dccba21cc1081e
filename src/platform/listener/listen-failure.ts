import { EXIT, Failure, messageOf } from '../../core/failure.ts';

/** Why an address cannot be listened on, and what helps. */
export function listenFailure(error: unknown, at: string, port: number): Failure {
  const failed = (exit: 69 | 77, why: string, hint: string): Failure =>
    new Failure(exit, `cannot listen on ${at}: ${why}`, { hint, cause: error });
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return failed(EXIT.unavailable, 'the port is in use', `netwatch conns --listen --port ${port} tells by whom`);
    case 'EADDRNOTAVAIL':
      return failed(EXIT.unavailable, 'it is no address of this machine', 'netwatch ifaces lists them');
    case 'EACCES':
    case 'EPERM':
      return failed(EXIT.noPermission, 'this user may not take the port', 'take one above 1023');
    default:
      return failed(EXIT.unavailable, messageOf(error), 'netwatch ifaces lists the addresses of this machine');
  }
}
