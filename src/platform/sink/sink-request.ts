import type { Credentials } from '../../core/delivery/credentials.ts';
import type { Destination } from '../../core/delivery/destination.ts';
import type { Clock } from '../../core/system/clock.ts';

/** Where to send, and as whom. */
export interface SinkRequest {
  readonly destination: Destination;
  readonly credentials: Credentials | null;
  readonly clock: Clock;
  /** Whether the other side is not to learn the name of this machine. */
  readonly isRedacted?: boolean;
  /** What we show of ourselves in TLS, as PEM; null for nothing. */
  readonly certificate: { readonly cert: string; readonly key: string } | null;
}
