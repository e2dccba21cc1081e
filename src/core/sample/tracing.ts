import { messageOf } from '../failure.ts';
import type { Limit } from '../limit.ts';
import type { Socket, SocketReading } from '../socket/socket.ts';
import type { TraceSource } from '../system/platform.ts';
import { SocketTrace } from '../trace/socket-trace.ts';
import { EndedSockets, tracedReading } from '../trace/traced-sockets.ts';
import type { Place } from './surroundings.ts';

/**
 * Whether a run wants the kernel to trace sockets: it must work, it may be used if it works, or it must not be used.
 */
export type TraceWish = 'demanded' | 'welcome' | 'refused';

/** Sockets watched with eBPF during a run. Until it has begun, or when it is refused, it adds nothing. */
export class Tracing {
  readonly trace: SocketTrace;
  private readonly place: Place;
  private readonly over = new AbortController();
  private readonly ends: EndedSockets;
  private source: TraceSource | null = null;
  private waits: boolean;

  private constructor(place: Place, keepsEnded: boolean, waits: boolean) {
    this.trace = new SocketTrace(keepsEnded);
    this.ends = new EndedSockets(this.trace);
    this.place = place;
    this.waits = waits;
  }

  /**
   * Begins at once when it is demanded, and rejects with a Failure 69 or 77 when it does not work; otherwise `begin`
   * starts it. With `keepsEnded`, connections that come and go are kept for `ended`.
   */
  static async open(place: Place, wish: TraceWish, keepsEnded: boolean): Promise<Tracing> {
    const tracing = new Tracing(place, keepsEnded, wish === 'welcome');
    if (wish === 'demanded') {
      try {
        tracing.begun(await place.platform.openTrace(tracing.trace.ingest, place.signal));
      } catch (error) {
        // Ctrl-C while it began: the run ends as it always does
        if (!place.signal.aborted) throw error;
      }
    }
    return tracing;
  }

  /** Begins in the background if it is welcome and likely to work; resolves when it has begun, or will not. */
  async begin(): Promise<void> {
    if (!this.waits) return;
    this.waits = false;
    const { platform } = this.place;
    if (!platform.canTrace()) return;
    await platform.openTrace(this.trace.ingest, this.over.signal).then(
      (source) => {
        if (this.over.signal.aborted) return source.kill();
        this.begun(source);
      },
      (error: unknown) => {
        if (!this.over.signal.aborted) this.explain(messageOf(error));
      },
    );
  }

  private begun(source: TraceSource): void {
    this.source = source;
    this.explain('sockets are watched by eBPF');
  }

  private explain(line: string): void {
    if (this.place.isVerbose) this.place.warn(line);
  }

  get isOn(): boolean {
    return this.source !== null;
  }

  /** The reading, with what was traced; without `counters`, with owners only. */
  add(reading: SocketReading, counters: boolean): SocketReading {
    return this.source === null ? reading : tracedReading(reading, this.trace, counters);
  }

  /** The present moment, to pass to `ended`. */
  mark(): number {
    return this.source?.now() ?? 0;
  }

  /** Resolves when everything that has happened until now is known. */
  async settled(): Promise<void> {
    await this.source?.settled();
  }

  /** Sockets that ended: those that the system reported until `until`, and connections that ended before the mark. */
  ended(closed: readonly Socket[], mark: number, until: number): readonly Socket[] {
    if (this.source === null) return closed;
    return this.ends.join(closed, mark, until, this.place.clock.monotonic());
  }

  readonly ownerOfEnded = (socket: Socket) => this.ends.ownerOf(socket);

  limits(): readonly Limit[] {
    return this.source?.limits() ?? [];
  }

  /** Ends it, after the events that are still to come. */
  async stop(): Promise<void> {
    this.over.abort();
    await this.source?.stop();
  }

  /** Ends it at once. */
  kill(): void {
    this.over.abort();
    this.source?.kill();
  }
}
