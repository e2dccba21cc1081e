import { AgedMap } from './aged-map.ts';
import type { Application, Flow } from './flow.ts';

/** Endpoints that are expected at once; the oldest are forgotten. */
const MOST = 4096;

/**
 * Endpoints that one flow announced for another: the data port of FTP, the ports of a call in SIP, the answering port of
 * TFTP. A flow that begins later with such an endpoint on either side carries the protocol it was announced for.
 */
export class Expectations {
  private readonly announced = new AgedMap<string, Application>(MOST);
  /** 1 for ports that were announced: nearly every flow is settled by one look here. */
  private readonly ports = new Uint8Array(65_536);

  /** The address is in words, as in packets and flows. */
  add(
    transport: number,
    address: readonly [number, number, number, number],
    port: number,
    application: Application,
  ): void {
    this.ports[port] = 1;
    this.announced.add(keyOf(transport, ...address, port), application);
  }

  /** Whether a flow between these ports may have been announced. */
  mayMatch(aPort: number, bPort: number): boolean {
    return this.ports[aPort] !== 0 || this.ports[bPort] !== 0;
  }

  /** What a new flow was announced to carry; null for nothing. */
  match(flow: Flow): Application | null {
    if (!this.mayMatch(flow.aPort, flow.bPort)) return null;
    const { transport, a0, a1, a2, a3, aPort, b0, b1, b2, b3, bPort } = flow;
    return (
      this.announced.get(keyOf(transport, b0, b1, b2, b3, bPort)) ??
      this.announced.get(keyOf(transport, a0, a1, a2, a3, aPort)) ??
      null
    );
  }
}

/** Flows begin seldom enough for a key of text. */
function keyOf(transport: number, w0: number, w1: number, w2: number, w3: number, port: number): string {
  return `${transport} ${w0} ${w1} ${w2} ${w3} ${port}`;
}
