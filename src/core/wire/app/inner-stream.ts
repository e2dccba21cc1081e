import type { Flow } from '../flow.ts';
import type { Protocol } from '../protocol.ts';

/**
 * A stream inside another one's connection, as a proxy relays it. Between `enter` and `leave` the flow is the inner
 * stream's own, so that its protocol can remember with the flow what it needs.
 */
export class InnerStream {
  private application: Protocol | null = null;
  private applicationState: unknown = null;

  enter(flow: Flow): void {
    flow.application = this.application;
    flow.applicationState = this.applicationState;
  }

  /** The flow belongs to the outer protocol again. */
  leave(flow: Flow, outer: Protocol, outerState: unknown): void {
    this.application = flow.application;
    this.applicationState = flow.applicationState;
    flow.application = outer;
    flow.applicationState = outerState;
  }

  /** What it is known to carry. */
  get carries(): Protocol | null {
    return this.application;
  }
}
