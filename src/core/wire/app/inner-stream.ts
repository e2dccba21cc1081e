import type { Application, Flow } from '../flow.ts';

/**
 * A stream inside another one's connection, as a proxy relays it. Between `enter` and `leave` the flow is the inner
 * stream's own, so that its protocol can remember with the flow what it needs.
 */
export class InnerStream {
  private application: Application | null = null;
  private applicationState: unknown = null;

  enter(flow: Flow): void {
    flow.application = this.application;
    flow.applicationState = this.applicationState;
  }

  /** The flow belongs to the outer protocol again. */
  leave(flow: Flow, outer: Application | null, outerState: unknown): void {
    this.application = flow.application;
    this.applicationState = flow.applicationState;
    flow.application = outer;
    flow.applicationState = outerState;
  }

  /** What it is known to carry. */
  get carries(): Application | null {
    return this.application;
  }
}
