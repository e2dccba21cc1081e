import { widthOf } from '../../../core/output/text-width.ts';
import type { AnyRow } from '../../../core/record/table.ts';
import { type ConnRow, conn, type SocketState } from '../../../core/record/tables/conn.ts';
import { cell, exactly, line, piece } from '../../../core/screen/cells.ts';
import { selectedIndex, topFor } from '../../../core/screen/selection.ts';
import { paint, type Role, type Theme } from '../../../core/screen/theme.ts';
import { step } from '../model/action.ts';
import { arrange, listState } from '../model/arranged.ts';
import { filteredConnections } from '../model/filtered-connections.ts';
import { identifyConn } from '../model/identify-conn.ts';
import type { ListSpec } from '../model/list-spec.ts';
import type { Machine, TrackedConnection } from '../model/machine.ts';
import type { Model } from '../model/model.ts';
import { notify } from '../model/notices.ts';
import { selectedRow } from '../model/selected-row.ts';
import type { Tab } from '../model/tab.ts';
import { whyEmpty } from '../model/why-empty.ts';
import { fill } from '../texts/fill.ts';
import { CONNECTIONS } from './connections.ts';

/** Windows in minutes; the second is the usual one. A capture has one more before them: all of it. */
const WINDOWS = [1, 5, 15, 30, 60] as const;

/** Rows are connections; `tracked` leads from a row back to its times. */
interface Tracks {
  readonly rows: readonly AnyRow[];
  readonly byRow: ReadonlyMap<AnyRow, TrackedConnection>;
}
const tracksByMachine = new WeakMap<readonly TrackedConnection[], Map<number | null, Tracks>>();

/** The connections that were there in the window, those that were first seen first. */
function tracksOf(model: Model): Tracks {
  const { timelineWindow } = model;
  const { tracked } = model.machine;
  let known = tracksByMachine.get(tracked);
  if (known === undefined) {
    known = new Map();
    tracksByMachine.set(tracked, known);
  }
  let tracks = known.get(timelineWindow);
  if (tracks === undefined) {
    const from = beginOf(model);
    const seen = tracked.filter(({ last, isOpen }) => isOpen || last >= from);
    const byRow = new Map<AnyRow, TrackedConnection>(seen.map((one) => [one.row, one]));
    tracks = { rows: [...byRow.keys()], byRow };
    known.set(timelineWindow, tracks);
  }
  return tracks;
}

const nowOf = ({ at }: Machine): number => (at === null ? 0 : Date.parse(at.time));
/** The minutes of the window; null for all of a capture. */
const minutesOf = ({ replay, timelineWindow }: Model): number | null =>
  timelineWindow === null ? (replay === null ? WINDOWS[1] : null) : WINDOWS[timelineWindow]!;

/** The index of the next window. */
function windowAfter({ replay, timelineWindow }: Model): number | null {
  if (replay === null) return ((timelineWindow ?? 1) + 1) % WINDOWS.length;
  const next = timelineWindow === null ? 0 : timelineWindow + 1;
  return next < WINDOWS.length ? next : null;
}

/** The time of day, UTC. */
const timeOf = (millis: number): string => new Date(millis).toISOString().slice(11, 19);

/** When the window begins. */
function beginOf(model: Model): number {
  const minutes = minutesOf(model);
  const now = nowOf(model.machine);
  if (minutes !== null) return now - minutes * 60_000;
  return model.machine.tracked.reduce((least, { first }) => Math.min(least, first), now - LEAST_WINDOW_MS);
}

/** The longest of a capture is drawn as at least so long: of one instant nothing could be. */
const LEAST_WINDOW_MS = 1;

const TIMELINE: ListSpec = {
  ...CONNECTIONS,
  name: 'timeline',
  title: 'timeline',
  table: conn,
  fields: () => ['process', 'remote_addr', 'first_seen', 'state', 'proto'],
  rows: (model) => tracksOf(model).rows,
  identify: identifyConn,
  usualSort: [{ field: 'first_seen', descending: false }],
  groupings: {},
  // of a capture, those before the window are among its records, whose time is that of the last packet
  onlyRows: (model) =>
    model.replay === null || minutesOf(model) === null ? null : `time >= ${new Date(beginOf(model)).toISOString()}`,
  isOver: (row, model) => model.replay === null && tracksOf(model).byRow.get(row)?.isOpen !== true,
};

export const timeline: Tab = {
  name: 'timeline',
  title: 'timeline',
  shortTitle: 'timelineShort',
  lists: [TIMELINE],
  headline(model) {
    const { rows, byRow } = tracksOf(model);
    const open = [...byRow.values()].filter(({ isOpen }) => isOpen).length;
    const { texts } = model.settings;
    const minutes = minutesOf(model);
    return [
      piece(` ${minutes === null ? texts.wholeCapture : fill(texts.lastMinutes, { minutes })}`),
      piece(`  ${texts.open} `, 'faint'),
      piece(String(open), 'good'),
      piece(`  ${texts.closed} `, 'faint'),
      piece(String(rows.length - open)),
      piece(`  ${texts.seen} `, 'faint'),
      piece(String(rows.length)),
    ];
  },
  view(model, width, height) {
    const { theme, texts } = model.settings;
    const arranged = arrange(model, TIMELINE);
    const { byRow } = tracksOf(model);
    const rows = height - 1;
    const names = namesWidth(width);
    const bars = width - names - 1;
    const minutes = minutesOf(model);
    const [from, now] = [beginOf(model), nowOf(model.machine)];
    const scale = `${theme.glyphs.toLeft} ${minutes === null ? timeOf(from) : `${minutes}m`}`;
    const end = model.replay === null ? texts.now : timeOf(now);
    const head = line(
      theme,
      [
        piece(cell('', names + 1)),
        piece(cell(scale, bars - widthOf(end) - 2), 'faint'),
        piece(`${end} ${theme.glyphs.toRight}`, 'faint'),
      ],
      width,
    );
    const selected = selectedIndex(listState(model, TIMELINE).selection, arranged);
    const top = topFor(listState(model, TIMELINE).selection.top, selected, arranged.entries.length, rows);
    const lines = arranged.entries.slice(top, top + rows).map(({ row }, index) => {
      const isSelected = top + index === selected;
      const name = nameOf(row as unknown as ConnRow, names, model);
      const bar = barOf(theme, byRow.get(row)!, from, now, bars, model.replay === null);
      return `${isSelected ? paint(theme, 'selected', name) : name} ${bar}`;
    });
    const none = line(theme, [piece(` ${whyEmpty(model)}`, 'faint')], width);
    return exactly([head, ...(lines.length === 0 ? [none] : lines)], width, height);
  },
  place: (_list, _model, width, height) => ({ row: 1, column: 0, width, height: height - 1, hasHeadings: false }),
  keys: [
    {
      keys: ['t'],
      shown: 't',
      label: 'keyWindow',
      help: 'helpWindow',
      footer: 1,
      act(model) {
        const next: Model = { ...model, timelineWindow: windowAfter(model) };
        const minutes = minutesOf(next);
        return step(minutes === null ? notify(next, 'wholeCapture') : notify(next, 'noticeWindow', { minutes }));
      },
    },
    {
      keys: ['enter'],
      shown: 'Enter',
      label: 'keyToConnections',
      help: 'helpToConnections',
      footer: 2,
      act(model) {
        const row = selectedRow(model, TIMELINE) as ConnRow | null;
        if (row === null) return step(notify(model, 'noticeNothingSelected', {}, true));
        return step(filteredConnections(model, CONNECTIONS, row.remote_addr ?? row.local_addr));
      },
    },
  ],
};

const namesWidth = (width: number): number => Math.min(40, Math.max(24, Math.floor(width / 3)));

function nameOf(row: ConnRow, width: number, { settings }: Model): string {
  const { theme } = settings;
  const addr = Math.min(22, Math.floor(width / 2));
  const remote =
    (settings.names ? row.remote_host : null) ?? row.remote_addr ?? `${theme.glyphs.note} ${row.local_port}`;
  return ` ${cell(row.process ?? row.service ?? `${row.proto}/${row.remote_port ?? row.local_port}`, width - addr - 2, 'left', theme.glyphs.ellipsis)} ${cell(remote, addr, 'left', theme.glyphs.ellipsis)}`;
}

/**
 * Where a connection was in the window: solid while it was established, dense at the edge of now, light in other states. What is
 * open `isNow` is there at that edge, also where nothing was heard of it for a while.
 */
function barOf(
  theme: Theme,
  track: TrackedConnection,
  from: number,
  to: number,
  width: number,
  isNow: boolean,
): string {
  const { bar, dense, light } = theme.glyphs;
  const slice = (to - from) / width;
  let out = '';
  let run = '';
  let runRole: Role | null = null;
  for (let column = 0; column < width; column++) {
    const begins = from + column * slice;
    const isLast = column === width - 1;
    const isThere =
      (track.first < begins + slice || (isLast && track.first <= to)) &&
      (track.last >= begins || (isNow && track.isOpen && isLast));
    const state = isThere ? stateAt(track, begins + slice) : null;
    const text = !isThere ? ' ' : isLast && track.isOpen ? dense : state === null || isSteady(state) ? bar : light;
    const role = !isThere ? null : track.isOpen ? roleOfState(state) : 'faint';
    if (role !== runRole) {
      out += paint(theme, runRole, run);
      run = '';
      runRole = role;
    }
    run += text;
  }
  return out + paint(theme, runRole, run);
}

/** The state at the end of a slice: the last that began before it. */
function stateAt({ states }: TrackedConnection, end: number): SocketState | null {
  let state = states[0]?.state ?? null;
  for (const one of states) if (one.since < end) state = one.state;
  return state;
}

const isSteady = (state: SocketState): boolean => state === 'ESTABLISHED' || state === 'LISTEN' || state === 'UNCONN';

/** As the states of a conn row are coloured; null for those of datagram sockets and for what is not known. */
const roleOfState = (state: SocketState | null): Role | null =>
  state === null ? null : (conn.fields.state.tone?.(state as never) ?? null);
