import path from 'node:path';
import type { CaptureReader } from '../../../core/capture/capture-reader.ts';
import { formatTimestamp } from '../../../core/capture/timestamp.ts';
import { CapturedConnections } from '../../../core/connection/captured-connections.ts';
import { messageOf } from '../../../core/failure.ts';
import { RULES } from '../../../core/insight/all-rules.ts';
import { InsightEngine } from '../../../core/insight/insight-engine.ts';
import { observedSections, statisticsFor } from '../../../core/insight/observed-statistics.ts';
import { ThresholdSettings } from '../../../core/insight/thresholds.ts';
import { FileOwners } from '../../../core/packet/file-owners.ts';
import { PacketFeed } from '../../../core/packet/packet-feed.ts';
import type { Section } from '../../../core/record/table.ts';
import type { StatisticName } from '../../../core/stats/names.ts';
import { StatisticsOfRun } from '../../../core/stats/run.ts';
import { REGISTRY } from '../../../core/wire/all-protocols.ts';
import { Dissector } from '../../../core/wire/dissector.ts';
import type { Faults } from '../../../core/wire/faults.ts';
import { type KeptFile, openKeptFile } from '../../../platform/files/capture-source.ts';
import type { Context } from '../../context/context.ts';
import type { ModelRequest } from '../../insights/model-options.ts';
import { openCapture, openReader } from '../../reading/open-capture.ts';
import { shedPrivileges } from '../../reading/shed-privileges.ts';
import type { Machine } from '../model/machine.ts';
import type { Pace, Replay } from '../model/replay.ts';
import { connectionTimes } from './connection-times.ts';
import { MachineHistory } from './machine-history.ts';
import { PaceGate } from './pace-gate.ts';
import { PacedReader } from './paced-reader.ts';
import { ScreenModel } from './screen-model.ts';

/** Which capture is shown, and how. */
export interface ReplayRequest {
  /** `-` for stdin. */
  readonly file: string;
  readonly interface: string | null;
  readonly pace: Pace;
  readonly isStopped: boolean;
  /** It is shown anew so often while it is read. */
  readonly refreshMs: number;
  readonly model: ModelRequest | null;
  /** Statistics that are shown. */
  readonly statistics: readonly StatisticName[];
}

/** Who shows the capture. */
export interface ReplayShown {
  /** Is given each reading of the capture, before its first packet, to listen to it. */
  readonly listen: (feed: PacketFeed) => void;
  /** What is known after the packets so far; `isAsked` when a person waits for it. */
  readonly publish: (machine: Machine, replay: Replay, isAsked: boolean) => void;
  /** What is wrong with the capture. It stays shown as far as it was read. */
  readonly told: (text: string) => void;
}

/** A capture in place of the machine. */
export interface CaptureReplay {
  /** Shows at once what was read. */
  refresh(): void;
  /** The same, and asks the model. */
  analyse(): void;
  setPace(pace: Pace, isStopped: boolean): void;
  /** Reads one packet. */
  step(): void;
  /** Reads it from its start, at a pace. When it cannot be read any more, that is told, and nothing changes. */
  again(pace: Pace): Promise<void>;
  /** Ends it; resolves when everything is closed. `told` is called with what threw. */
  close(told: (faults: Faults) => void): Promise<void>;
}

/** A look takes no more than this part of the time. */
const LOOK_SHARE = 0.2;

/**
 * Begins to read a capture; privileges are given up before the first byte. Rejects with a Failure 65, 66, 74 or 77 when it cannot
 * be opened.
 */
export async function openCaptureReplay(
  context: Context,
  request: ReplayRequest,
  shown: ReplayShown,
): Promise<CaptureReplay> {
  // before privileges are given up
  const kept = await openKeptFile(request.file, context.clock, context.signal);
  let reading = await Reading.open(context, request, shown, kept);
  return {
    refresh: () => reading.show(true),
    analyse: () => reading.analyse(),
    setPace: (pace, isStopped) => reading.setPace(pace, isStopped),
    step: () => reading.step(),
    async again(pace) {
      try {
        const next = await Reading.open(context, { ...request, pace, isStopped: false }, shown, kept);
        const before = reading;
        reading = next;
        await before.close(() => {});
      } catch (error) {
        shown.told(messageOf(error));
      }
    },
    async close(told) {
      await reading.close(told);
      kept?.close();
    },
  };
}

/** The capture from its start to its end. */
class Reading {
  private readonly context: Context;
  private readonly request: ReplayRequest;
  private readonly shown: ReplayShown;
  private readonly over: AbortController;
  private readonly gate: PaceGate;
  private readonly feed: PacketFeed;
  private readonly connections: CapturedConnections;
  private readonly engine: InsightEngine;
  private readonly run: StatisticsOfRun;
  private readonly history = new MachineHistory();
  private readonly model: ScreenModel | null;
  private readonly done: Promise<void>;
  private pace: Pace;
  private isStopped: boolean;
  private isEnded = false;
  private packets = 0;
  /** The time of the last packet that has one. */
  private seconds = Number.NaN;
  private nanoseconds = 0;
  private toldProblems = 0;
  private cancel: (() => void) | null = null;
  private restMs: number;
  private lastShown = Number.NEGATIVE_INFINITY;

  static async open(
    context: Context,
    request: ReplayRequest,
    shown: ReplayShown,
    kept: KeptFile | null,
  ): Promise<Reading> {
    const over = new AbortController();
    const { file, interface: iface } = request;
    const reader = await openReading();
    const gate = new PaceGate(context.clock, request.pace, request.isStopped);
    return new Reading(context, request, shown, over, gate, new PacedReader(reader, gate, over.signal), kept !== null);

    async function openReading(): Promise<CaptureReader> {
      if (kept === null) return openCapture(context, { file, interface: iface, sandbox: 'on' }, false);
      await shedPrivileges(context, 'on');
      return openReader(context, await kept.read(), iface, false);
    }
  }

  private constructor(
    context: Context,
    request: ReplayRequest,
    shown: ReplayShown,
    over: AbortController,
    gate: PaceGate,
    reader: PacedReader,
    private readonly isKept: boolean,
  ) {
    this.context = context;
    this.request = request;
    this.shown = shown;
    this.over = over;
    this.gate = gate;
    this.pace = request.pace;
    this.isStopped = request.isStopped;
    this.restMs = request.refreshMs;
    const dissector = new Dissector(REGISTRY);
    this.feed = new PacketFeed(reader, dissector);
    this.engine = new InsightEngine(RULES, ThresholdSettings.usual, dissector.faults);
    this.model = request.model === null ? null : new ScreenModel(request.model, context.clock);
    const names = [...statisticsFor(this.engine.reads), ...request.statistics, ...(this.model?.statistics ?? [])];
    const owners = new FileOwners(reader);
    const options = { bucketMs: 1000, owners, communityIds: false };
    this.run = new StatisticsOfRun([...new Set(names)], options, dissector);
    this.connections = new CapturedConnections(this.feed, false);
    this.feed.listen(...this.run.listeners, ...this.engine.packetListeners(), (packet) => {
      this.packets++;
      if (Number.isNaN(packet.seconds)) return;
      this.seconds = packet.seconds;
      this.nanoseconds = packet.nanoseconds;
    });
    this.feed.listenToHeld(...this.run.heldListeners);
    shown.listen(this.feed);
    this.done = this.read();
  }

  setPace(pace: Pace, isStopped: boolean): void {
    this.pace = pace;
    this.isStopped = isStopped;
    this.gate.set(pace, isStopped);
  }

  step(): void {
    this.gate.step();
  }

  analyse(): void {
    this.model?.askNow();
    this.show(true);
  }

  async close(told: (faults: Faults) => void): Promise<void> {
    this.over.abort();
    this.cancel?.();
    this.model?.close();
    await this.done;
    await this.feed.reader.close();
    told(this.feed.dissector.faults);
  }

  private async read(): Promise<void> {
    const { clock } = this.context;
    this.show(false);
    try {
      for await (const _ of this.feed.pieces(this.over.signal)) {
        if (this.over.signal.aborted) break;
        if (this.isStopped) this.show(true);
        else this.cancel ??= clock.after(this.lastShown + this.restMs - clock.monotonic(), () => this.show(false));
      }
    } catch (error) {
      this.shown.told(messageOf(error));
    }
    if (this.over.signal.aborted) return;
    this.isEnded = true;
    this.show(true);
  }

  /** Shows what is known of the packets so far. */
  show(isAsked: boolean): void {
    const { clock } = this.context;
    const begun = clock.monotonic();
    this.cancel?.();
    this.cancel = null;
    const machine = this.look();
    const { pace, isStopped, isEnded, packets } = this;
    const { file } = this.request;
    const name = file === '-' ? 'stdin' : path.basename(file);
    this.shown.publish(machine, { file, name, packets, pace, isStopped, isEnded, isFile: this.isKept }, isAsked);
    for (; this.toldProblems < this.feed.reader.problems.length; this.toldProblems++)
      this.shown.told(`${name}: ${this.feed.reader.problems[this.toldProblems]}`);
    this.lastShown = clock.monotonic();
    this.restMs = Math.max(this.request.refreshMs, (this.lastShown - begun) / LOOK_SHARE);
  }

  private look(): Machine {
    const { history, engine, model, run, seconds, nanoseconds } = this;
    const { reader } = this.feed;
    const now = seconds + nanoseconds / 1e9;
    const time = formatTimestamp(seconds, nanoseconds);
    const at = { time: time ?? new Date(0).toISOString(), monotonicMs: Number.isNaN(now) ? 0 : now * 1000 };
    const sections = run
      .fresh(reader, this.request.file, this.isEnded ? Number.POSITIVE_INFINITY : now)
      .map((one): Section => ({ ...one, rows: [...one.rows] }));
    history.ingestSections(sections);
    model?.ingestSections(sections);
    for (const one of observedSections(sections)) {
      engine.ingest(one, now);
      model?.ingest(one);
    }
    const conns = [...this.connections.rows()];
    model?.ingest({ type: 'conn', value: conns });
    const { rows } = engine.found(now, at.time);
    const comments = this.packets === 0 ? [] : (model?.look(rows, at) ?? []);
    const limits = reader.problems.map((why) => ({ what: path.basename(this.request.file), why, remedy: null }));
    const machine = history.finish(at, [...rows, ...comments], model?.status ?? null, limits);
    return {
      ...machine,
      at: this.packets === 0 && !this.isEnded ? null : at,
      conns,
      tracked: connectionTimes(conns, now * 1000),
    };
  }
}
