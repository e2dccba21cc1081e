import { CAPTURE_FORMATS, type CaptureFormat, type CaptureWriter } from '../../core/capture/capture-writer.ts';
import { PcapWriter } from '../../core/capture/pcap-writer.ts';
import { PcapngWriter } from '../../core/capture/pcapng-writer.ts';
import { CapturedConnections } from '../../core/connection/captured-connections.ts';
import { compilePacketFilter } from '../../core/packet/packet-filter.ts';
import { PacketRows } from '../../core/packet/packet-rows.ts';
import { CaptureCopy } from '../../core/packet/rewrite.ts';
import type { Section } from '../../core/record/table.ts';
import type { ConnRow } from '../../core/record/tables/conn.ts';
import type { PacketRow } from '../../core/record/tables/packet.ts';
import type { StreamRow } from '../../core/record/tables/stream.ts';
import type { PacketSource } from '../../core/sample/packet-source.ts';
import { BUCKET_MS, STATISTICS, type StatisticName } from '../../core/stats/names.ts';
import { StatisticsOfRun } from '../../core/stats/run.ts';
import { STREAM_LIMITS } from '../../core/stream/stream-limits.ts';
import { StreamSurvey } from '../../core/stream/stream-survey.ts';
import { REGISTRY } from '../../core/wire/all-protocols.ts';
import { Dissector } from '../../core/wire/dissector.ts';
import type { OutputFile } from '../../platform/files/capture-output.ts';
import { openFiles } from '../../platform/files/pack-files.ts';
import { realClock } from '../../platform/machine/real-clock.ts';
import { openPackets } from '../packets/open-packets.ts';
import { forgottenOf } from '../reading/open-capture.ts';
import { sayFaults } from '../reading/say-faults.ts';
import { headlessContext } from './headless.ts';
import { type PacketOptions, packetRequest, requirePacketOptions } from './packet-options.ts';
import type { Choice } from './records.ts';
import { requireOptions, requireValue } from './require-options.ts';
import { requireStatistic, type StatRow } from './stats.ts';

/** Records that are available once the capture has run. */
export interface Collected<R> {
  /** All of them. Throws an Error before `run` has resolved. */
  rows(): R[];
}

/** How to save packets. */
export interface SaveOptions {
  /** A display filter; the default is all packets. */
  readonly filter?: string;
  /** The default is what the end of the name says, or else pcapng. */
  readonly format?: CaptureFormat;
  /** Replace an existing file. */
  readonly force?: boolean;
}

/**
 * A capture that is read or made only once, however many questions are asked: ask first, then `run`. Nothing is
 * computed twice for a packet, however many listeners there are.
 */
export interface Capture {
  /** A statistic, as records of its first type. Throws Failure 64 for an unknown name. */
  stats<N extends StatisticName>(by: N, options?: { readonly bucket?: number }): Collected<StatRow<N>>;
  /** Flows as connections. */
  conns(): Collected<ConnRow>;
  /** TCP and UDP streams. */
  streams(): Collected<StreamRow>;
  /** Calls `listener` with every packet that passes. Throws Failure 64 for a wrong filter. */
  onPacket(listener: (packet: PacketRow) => void, filter?: Choice<PacketRow>): void;
  /** Writes packets to a file as they pass, not to the one that is read. Rejects with a Failure 64 or 73; `run` rejects with a Failure 74. */
  save(file: string, options?: SaveOptions): Promise<void>;
  /** Reads the whole capture. Resolves at its end, or when the signal or `stop` ends it; rejects with a Failure. */
  run(): Promise<void>;
  /** Ends the reading of a file, and a live capture; of a live one, packets that the kernel still holds come first. */
  stop(): void;
  /** Lets go of a capture that is not to run; one that runs ends by itself. */
  close(): Promise<void>;
}

/**
 * Opens a capture file, or starts to capture. Rejects with a Failure 64, 65, 66, 69 or 77, and with the reason of a signal
 * that has aborted already.
 */
export async function openCapture(options: PacketOptions & { readonly owners?: boolean } = {}): Promise<Capture> {
  requirePacketOptions(options, { owners: 'flag' });
  const { signal = new AbortController().signal, owners = false } = options;
  signal.throwIfAborted();
  const context = headlessContext(options, signal);
  const dissector = new Dissector(REGISTRY);
  const use = { dissector, showsRows: false, asksOwners: owners };
  const source = await openPackets(context, packetRequest(options), use);
  const { feed } = source;
  const { faults, flows } = dissector;
  const endings: (() => Promise<void> | void)[] = [];
  const saved: OutputFile[] = [];
  const over = new AbortController();
  let state: 'open' | 'running' | 'over' = 'open';
  /** What a listener of the caller threw: an error of the caller, and not of the packet. */
  let thrown: { readonly error: unknown } | null = null;

  const requireOpen = (): void => {
    if (state !== 'open') throw new Error('the capture has begun to run: ask for everything before capture.run()');
  };
  const collected = <R>(read: () => R[]): Collected<R> => {
    let rows: R[] = [];
    endings.push(() => {
      rows = read();
    });
    return {
      rows() {
        if (state !== 'over') throw new Error('the capture has not run to its end: await capture.run() first');
        return rows;
      },
    };
  };
  const call = (act: () => void): void => {
    if (thrown !== null) return;
    try {
      act();
    } catch (error) {
      thrown = { error };
      over.abort();
      source.stop();
    }
  };

  return {
    stats(by, given = {}) {
      requireOpen();
      requireStatistic(by);
      requireOptions(given, { bucket: 'millis' });
      const { bucket = BUCKET_MS } = given;
      const run = new StatisticsOfRun([by], { bucketMs: bucket, owners: source.owners }, dissector);
      feed.listen(...run.listeners);
      feed.listenToHeld(...run.heldListeners);
      const [table] = STATISTICS[by].tables;
      const isOfTable = (one: Section) => one.table === table;
      return collected(() => [...(run.sections(feed.reader, source.file).find(isOfTable)?.rows ?? [])] as never);
    },
    conns() {
      requireOpen();
      const connections = new CapturedConnections(feed);
      return collected(() => [...connections.rows()]);
    },
    streams() {
      requireOpen();
      const survey = new StreamSurvey(STREAM_LIMITS.mostEarlyBytes, () => true);
      feed.listen((packet) => survey.ingest(packet));
      return collected(() => {
        faults.attempt(() => survey.end());
        return [...faults.rows(() => survey.rows(flows.flows))];
      });
    },
    onPacket(listener, filter) {
      requireOpen();
      requireValue('the listener', listener, 'call');
      if (filter !== undefined) requireValue('the filter', filter, 'choice');
      const rows = rowsOf(source);
      const predicate = typeof filter === 'string' ? compilePacketFilter(filter, rows, realClock.now) : null;
      feed.listen((packet) => {
        rows.see(packet);
        if (predicate !== null && !predicate.matches(packet)) return;
        const row = rows.row(packet);
        call(() => {
          if (typeof filter !== 'function' || filter(row)) listener(row);
        });
      });
    },
    async save(name, given = {}) {
      requireOpen();
      requireValue('the file', name, 'text');
      requireOptions(given, { filter: 'text', format: CAPTURE_FORMATS, force: 'flag' });
      const { filter, format, force = false } = given;
      const predicate = filter === undefined ? null : compilePacketFilter(filter, rowsOf(source), realClock.now);
      const file = await openFiles(null, force).create(name, force);
      saved.push(file);
      const copy = new CaptureCopy(feed, writerOf(source, name, format), file, { filter: predicate, annotate: null });
      feed.listen(() => copy.take());
      feed.pauseAfterPiece(() => copy.hand());
      endings.push(() => copy.end());
    },
    async run() {
      requireOpen();
      state = 'running';
      try {
        await feed.run(AbortSignal.any([source.signal, over.signal]));
        if (thrown !== null) throw thrown.error;
        for (const end of endings) await end();
        for (const file of saved.splice(0)) await file.finish();
        state = 'over';
        for (const gap of forgottenOf(flows)) options.onGap?.(gap);
      } finally {
        // what a callback of the caller throws keeps nothing open
        try {
          // packets of the machine come but once, and what there is of them stays
          for (const file of saved.splice(0)) await (source.file === null ? file.keep() : file.abandon());
          for (const gap of source.gaps()) options.onGap?.(gap);
          sayFaults(context, faults, source.file);
        } finally {
          await source.finish();
          context.closePlatforms();
        }
      }
    },
    stop() {
      if (source.file !== null) over.abort();
      source.stop();
    },
    async close() {
      if (state !== 'open') return;
      state = 'running';
      source.stop();
      for (const file of saved.splice(0)) await file.abandon();
      await source.finish();
      context.closePlatforms();
    },
  };
}

function rowsOf({ feed, owners }: PacketSource): PacketRows {
  const rows = new PacketRows();
  rows.source = feed.reader;
  rows.owners = owners;
  rows.faults = feed.dissector.faults;
  return rows;
}

function writerOf({ feed }: PacketSource, name: string, format: CaptureFormat | undefined): CaptureWriter {
  const wanted = format ?? (name.endsWith('.pcap') ? 'pcap' : 'pcapng');
  // interfaces of pcapng have a snap length each
  const snapLength = feed.reader.format === 'pcapng' ? 0 : feed.reader.interfaces[0]!.snapLength;
  return wanted === 'pcap' ? new PcapWriter(name, snapLength) : new PcapngWriter();
}
