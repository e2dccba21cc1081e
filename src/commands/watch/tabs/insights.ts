import { safeText } from '../../../core/output/safe-text.ts';
import { widthOf, wrap } from '../../../core/output/text-width.ts';
import { type InsightRow, insight } from '../../../core/record/tables/insight.ts';
import { cell, exactly, line, type Piece, piece, rule } from '../../../core/screen/cells.ts';
import { arrange } from '../model/arranged.ts';
import { type ListSpec, PLAIN_LIST } from '../model/list-spec.ts';
import type { Model } from '../model/model.ts';
import { sourceWords } from '../model/replay.ts';
import { selectedRow } from '../model/selected-row.ts';
import type { Tab } from '../model/tab.ts';
import { fill } from '../texts/fill.ts';
import { listView } from '../views/list-view.ts';

const INSIGHTS: ListSpec = {
  ...PLAIN_LIST,
  name: 'insights',
  title: 'insights',
  table: insight,
  fields: () => ['severity', 'summary', 'rule', 'confidence', 'since'],
  rows: ({ machine }) => machine.insights,
  identify: (row) => `${row.source} ${row.rule} ${row.subject}`,
  usualSort: [{ field: 'severity', descending: true }],
  detail: () => [],
  command: ({ replay, packets: { iface } }) => [
    'insights',
    ...sourceWords(replay, ['--interval', '1']),
    ...(iface === null ? [] : ['-i', iface]),
  ],
};

/** How the height is shared by the findings and by what is known of the selected one. */
function shares(model: Model, height: number): { readonly list: number; readonly detail: number } {
  const list = Math.max(4, Math.min(arrange(model, INSIGHTS).entries.length + 2, Math.floor(height / 2)));
  return { list, detail: height - list };
}

export const insights: Tab = {
  name: 'insights',
  title: 'insights',
  shortTitle: 'insightsShort',
  lists: [INSIGHTS],
  headline(model) {
    const { insights: rows } = model.machine;
    const { theme } = model.settings;
    const count = (severity: InsightRow['severity']): number => rows.filter((row) => row.severity === severity).length;
    return [
      piece(`  ${theme.glyphs.error} ${count('error')}`, 'bad'),
      piece(`  ${theme.glyphs.warn} ${count('warn')}`, 'notice'),
      piece(`  ${theme.glyphs.note} ${count('note')}  `, 'faint'),
      ...statusOf(model),
    ];
  },
  view(model, width, height) {
    const share = shares(model, height);
    return [...listView(model, INSIGHTS, width, share.list, true), ...findingView(model, width, share.detail)];
  },
  place: (_list, model, width, height) => ({ row: 1, column: 0, width, height: shares(model, height).list - 1 }),
  keys: [],
};

/** What the model does, or why there is none. */
function statusOf({ settings: { texts, isLite }, machine: { commentary } }: Model): readonly Piece[] {
  switch (commentary?.state) {
    case undefined:
      return [piece(fill(texts.modelOff, { option: isLite ? '--lite' : '--ai never' }), 'faint')];
    case 'idle':
      return [piece(texts.modelIdle, 'faint')];
    case 'analyzing':
      return [piece(texts.modelAnalyzing, 'busy')];
    case 'available':
      return [piece(texts.modelAvailable, 'good')];
    case 'error':
      return [piece(fill(texts.modelError, { reason: commentary.fault.reason }), 'bad')];
    case 'ollama_unavailable':
      return [piece(fill(texts.modelUnavailable, { setup: commentary.setup }), 'faint')];
  }
}

/** All of the selected finding: what, why, and what to do. */
function findingView(model: Model, width: number, height: number): readonly string[] {
  const { theme, texts } = model.settings;
  const row = selectedRow(model, INSIGHTS) as InsightRow | null;
  if (row === null) return exactly([rule(theme, [], width)], width, height);
  const labels = 1 + Math.max(...[texts.found, texts.advice, texts.since, texts.evidence].map(widthOf));
  const part = (title: string, text: string | null): readonly string[] => {
    if (text === null || text === '') return [];
    const room = Math.max(10, width - labels - 2);
    return wrap(safeText(text), room).map((each, index) =>
      line(theme, [piece(` ${cell(index === 0 ? title : '', labels)}`, 'faint'), piece(each)], width),
    );
  };
  const lines = [
    rule(theme, [piece(row.rule, 'title'), piece(` ${row.severity}, ${row.confidence}`)], width),
    ...part(texts.found, row.summary),
    ...part(texts.advice, row.advice),
    ...part(texts.since, row.since),
    ...row.evidence.flatMap((each, index) => part(index === 0 ? texts.evidence : '', each)),
  ];
  if (lines.length <= height) return exactly(lines, width, height);
  const left = lines.length - height + 1;
  const more = fill(left === 1 ? texts.moreLine : texts.moreLines, { count: left });
  return [
    ...lines.slice(0, Math.max(0, height - 1)),
    line(theme, [piece(` ${theme.glyphs.ellipsis} ${more}`, 'notice')], width),
  ];
}
