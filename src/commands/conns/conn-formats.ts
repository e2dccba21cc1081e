import { conn } from '../../core/record/tables/conn.ts';
import { type Format, format } from '../listing/format.ts';
import { MARKDOWN, USUAL_FORMATS } from '../listing/shared-formats.ts';

const prometheus = format(
  'prometheus',
  async ({ context }) => {
    const { openExposition } = await import('../../core/output/exposition.ts');
    const { ConnMetrics } = await import('./conn-metrics.ts');
    return openExposition(context.stdout, new ConnMetrics());
  },
  { tables: [conn], excludes: { coverage: null, resolve: null } },
);

/** The formats of `netwatch conns`. */
export const CONN_FORMATS: readonly Format[] = [...USUAL_FORMATS, MARKDOWN, prometheus];
