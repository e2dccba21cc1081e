import { messageOf } from '../../core/failure.ts';
import type { Limit } from '../../core/limit.ts';
import type { Socket, SocketReading } from '../../core/socket/socket.ts';
import type { Platform, TraceSource } from '../../core/system/platform.ts';
import { SocketTrace } from '../../core/trace/socket-trace.ts';
import { EndedSockets, tracedReading } from '../../core/trace/traced-sockets.ts';
import type { Context } from '../context/context.ts';
import type { EbpfWish } from './ebpf-options.ts';

/** Sockets watched by eBPF during a run; until it has begun, and where it is refused, nothing is added. */
export class Tracing {
  readonly trace: SocketTrace;
  private readonly context: Context;
  private readonly platform: Platform;
  private readonly says: boolean;
  private readonly over = new AbortController();
  private readonly ends: EndedSockets;
  private source: TraceSource | null = null;
  private waits: boolean;

  private constructor(context: Context, platform: Platform, keepsEnded: boolean, waits: boolean, says: boolean) {
    this.trace = new SocketTrace(keepsEnded);
    this.ends = new EndedSockets(this.trace);
    this.context = context;
    this.platform = platform;
    this.waits = waits;
    this.says = says;
  }

  /**
   * Begins at once where it is demanded, and rejects with a Failure 69 or 77 where it does not work; else `begin` does.
   * With `keepsEnded`, connections that come and go are kept for `ended`.
   */
  static async open(
    context: Context,
    platform: Platform,
    wish: EbpfWish,
    options: { readonly keepsEnded: boolean; readonly verbose: boolean },
  ): Promise<Tracing> {
    const tracing = new Tracing(context, platform, options.keepsEnded, wish === 'welcome', options.verbose);
    if (wish === 'demanded') {
      try {
        tracing.begun(await platform.openTrace(tracing.trace.ingest, context.signal));
      } catch (error) {
        // Ctrl-C while it began: the run ends as it always does
        if (!context.signal.aborted) throw error;
      }
    }
    return tracing;
  }

  /** Begins in the background where it is welcome and likely to work. */
  begin(): void {
    if (!this.waits) return;
    this.waits = false;
    if (!this.platform.canTrace()) return;
    this.platform.openTrace(this.trace.ingest, this.over.signal).then(
      (source) => {
        if (this.over.signal.aborted) return source.kill();
        this.begun(source);
      },
      (error: unknown) => {
        if (this.says && !this.over.signal.aborted) this.context.warn(messageOf(error));
      },
    );
  }

  private begun(source: TraceSource): void {
    this.source = source;
    if (this.says) this.context.warn('sockets are watched by eBPF');
  }

  get isOn(): boolean {
    return this.source !== null;
  }

  /** A reading with what was traced; without `counters`, with owners only. */
  add(reading: SocketReading, counters: boolean): SocketReading {
    return this.source === null ? reading : tracedReading(reading, this.trace, counters);
  }

  /** The moment it is, for `ended`. */
  mark(): number {
    return this.source?.now() ?? 0;
  }

  /** Resolves when all that happened until now is known. */
  async settled(): Promise<void> {
    await this.source?.settled();
  }

  /** What ended: what the system told of until a moment, and connections that ended before the mark. */
  ended(closed: readonly Socket[], mark: number, until: number): readonly Socket[] {
    if (this.source === null) return closed;
    return this.ends.join(closed, mark, until, this.context.clock.monotonic());
  }

  readonly ownerOfEnded = (socket: Socket) => this.ends.ownerOf(socket);

  limits(): readonly Limit[] {
    return this.source?.limits() ?? [];
  }

  /** Ends it, after what is still to be told. */
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
