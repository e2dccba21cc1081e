import type { Renderer } from '../output/renderer.ts';
import type { Sink } from '../output/sink.ts';
import type { Numerals } from '../output/units.ts';
import type { AnyRow } from '../record/table.ts';
import { gap } from '../record/tables/meta.ts';
import { pageOf } from './page.ts';
import type { Gathering, ReportSection } from './section.ts';
import { SECTIONS } from './sections/all.ts';

export interface HtmlOptions {
  /** What the report is about. */
  readonly title: string;
  readonly numerals: Numerals;
}

/** Reasons for what is missing that are told; there are few. */
const MOST_GAPS = 50;

/** Gathers the records of a run, and prints them as one page at the end: a section for each statistic. */
export function openHtmlRenderer(sink: Sink, { title, numerals }: HtmlOptions): Renderer {
  const open = new Map<ReportSection, Gathering>();
  const gaps: AnyRow[] = [];
  return {
    mixesTypes: true,
    ownsTerminal: false,
    async write({ table, rows }) {
      if (table.type === gap.type) {
        for (const row of rows) if (gaps.length < MOST_GAPS) gaps.push(row);
        return;
      }
      const section = SECTIONS.find(({ tables }) => tables.some(({ type }) => type === table.type));
      if (section === undefined) throw new Error(`a report has no section for ${table.type} records`);
      const gathering = open.get(section) ?? section.open();
      open.set(section, gathering);
      for (const row of rows) gathering.add(row, table);
    },
    endSnapshot: async () => {},
    async end() {
      let ids = 0;
      const look = { numerals, newId: () => `i${++ids}` };
      const sections = [...open].map(([section, gathering]) => ({ title: section.title, body: gathering.view(look) }));
      await sink.write(pageOf({ title, sections, gaps, numerals }));
      await sink.flush();
    },
  };
}
