import { HISTORY, RoundHistory } from '../../core/health/round-history.ts';
import { openLiveTable } from '../../core/output/live-table.ts';
import type { RenderedSection, Renderer } from '../../core/output/renderer.ts';
import { sparkline } from '../../core/output/sparkline.ts';
import { openTableRenderer, type TableRendererOptions } from '../../core/output/table-renderer.ts';
import { truncate, widthOf } from '../../core/output/text-width.ts';
import { shown, text, WHOLE } from '../../core/record/field.ts';
import { type AnyRow, type RecordTable, table } from '../../core/record/table.ts';
import { PROBE_STATES, type ProbeRow, probe } from '../../core/record/tables/probe.ts';
import type { Context } from '../context/context.ts';

/** What a table of rounds shows. */
export interface ProbeTableRequest {
  /** Whether there is more than one round. */
  readonly repeats: boolean;
  /** Whether fields were named; otherwise the table chooses what fits. */
  readonly namesFields: boolean;
}

/**
 * Prints the table: for one round, when it is complete; for several, in place on a terminal, otherwise as they come.
 */
export function openProbeTable(
  context: Context,
  { repeats, namesFields }: ProbeTableRequest,
  options: TableRendererOptions,
): Renderer {
  const plain = openTableRenderer(context.stdout, options);
  if (!repeats) return gatherRounds(plain, !namesFields);
  return context.terminal.stdoutIsTerminal ? openProbeScreen(context, namesFields, options) : plain;
}

/** What fits in 80 columns and shows how a target does; other formats have the fields of the record in their order. */
const ROUND_COLUMNS = ['target', 'state', 'loss_pct', 'rtt_min_ms', 'rtt_avg_ms', 'rtt_max_ms', 'detail'];

/** Rounds end one after another, but their rows belong in one table. */
function gatherRounds(renderer: Renderer, choosesColumns: boolean): Renderer {
  const sections = new Map<RecordTable, { readonly section: RenderedSection; readonly rows: AnyRow[] }>();
  return {
    ...renderer,
    async write(section) {
      const kept = sections.get(section.table) ?? { section, rows: [] };
      sections.set(section.table, kept);
      for (const row of section.rows) kept.rows.push(row);
    },
    endSnapshot: async () => {},
    async end() {
      for (const { section, rows } of sections.values())
        if (rows.length > 0)
          await renderer.write({
            ...section,
            fields: choosesColumns && section.table === probe ? ROUND_COLUMNS : section.fields,
            rows,
          });
      await renderer.end();
    },
  };
}

/** The columns of the screen when --fields does not name any. */
const COLUMNS = ['target', 'state', 'history', 'loss_pct', 'rtt_avg_ms', 'uptime_pct', 'detail'];
/** The width of state, loss, time and uptime in a line, with the spaces between all columns. */
const FIXED_COLUMNS = 43;
const WIDEST_TARGET = 40;
const LEAST_ROUNDS = 8;

const screenTable = table(
  probe.type,
  probe.about,
  {
    ...probe.fields,
    uptime_pct: { ...probe.fields.uptime_pct, heading: 'UPTIME', priority: 2 },
    history: text('Mean times of the last rounds.', shown('LAST ROUNDS', 1, WHOLE)),
  },
  {},
);

/** The last round of each target, redrawn in place, with a bar for the mean time of each of its last rounds. */
function openProbeScreen(context: Context, namesFields: boolean, options: TableRendererOptions): Renderer {
  const { terminal, clock, stdout } = context;
  const screen = openLiveTable(stdout, {
    ...options,
    terminal,
    timeOfDay: () => new Date(clock.now()).toTimeString().slice(0, 8),
  });
  const last = new Map<string, ProbeRow>();
  const histories = new Map<string, RoundHistory>();
  const others = new Map<string, RenderedSection & { readonly rows: readonly AnyRow[] }>();
  let fields: readonly string[] = COLUMNS;

  const takeRound = (row: ProbeRow): void => {
    const key = JSON.stringify([row.target, row.kind, row.host]);
    last.set(key, row);
    const history = histories.get(key) ?? new RoundHistory();
    histories.set(key, history);
    history.ingest(row);
  };
  const rows = (): AnyRow[] => {
    const targets = [...last.values()].map(({ target }) => widthOf(target));
    const room = terminal.columns() - FIXED_COLUMNS - Math.min(WIDEST_TARGET, Math.max(0, ...targets));
    // the newest stand at the right, where a column that is too wide is cut: so it is made to fit
    const bars = Math.min(HISTORY, Math.max(LEAST_ROUNDS, Math.floor(0.6 * room)));
    return [...last].map(([key, row]) => ({
      ...row,
      history: sparkline(histories.get(key)!.averagesMs, bars),
      detail: truncate(row.detail, Math.max(LEAST_ROUNDS, room - bars)),
    }));
  };

  return {
    ...screen,
    async write(section) {
      if (section.table === probe) {
        for (const row of section.rows) takeRound(row as ProbeRow);
        if (namesFields) fields = [...section.fields, 'history'];
        return;
      }
      // the hops of a target take the place of those of its round before
      for (const row of section.rows) {
        const target = String(row.target);
        const before = others.get(target);
        const isSameRound = before?.rows[0]?.time === row.time;
        others.set(target, { ...section, rows: isSameRound ? [...before!.rows, row] : [row] });
      }
    },
    async endSnapshot() {
      await screen.write({ table: screenTable, fields, rows: rows(), headline });
      for (const section of others.values()) await screen.write(section);
      await screen.endSnapshot();
    },
  };
}

/** `3 targets: 2 up, 1 down`. */
function headline(rows: readonly AnyRow[]): string {
  const counts = PROBE_STATES.flatMap((state) => {
    const count = rows.filter((row) => row.state === state).length;
    return count === 0 ? [] : [`${count} ${state}`];
  });
  return `${rows.length} target${rows.length === 1 ? '' : 's'}: ${counts.join(', ')}`;
}
