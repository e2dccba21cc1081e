import type { Credentials } from '../../core/delivery/credentials.ts';
import type { Destination } from '../../core/delivery/destination.ts';

/** Where to send, and as whom. */
export interface SinkRequest {
  readonly destination: Destination;
  readonly credentials: Credentials | null;
  /** What we show of ourselves in TLS, as PEM; null for nothing. */
  readonly certificate: { readonly cert: string; readonly key: string } | null;
}
