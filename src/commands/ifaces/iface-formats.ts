import { iface } from '../../core/record/tables/iface.ts';
import { type Format, format } from '../listing/format.ts';
import { MARKDOWN, USUAL_FORMATS } from '../listing/shared-formats.ts';

const prometheus = format(
  'prometheus',
  async ({ context }) => {
    const { openExposition } = await import('../../core/output/exposition.ts');
    const { InterfaceMetrics } = await import('./interface-metrics.ts');
    return openExposition(context.stdout, new InterfaceMetrics());
  },
  { tables: [iface], excludes: { resolve: null } },
);

/** The formats of `netwatch ifaces`. */
export const IFACE_FORMATS: readonly Format[] = [...USUAL_FORMATS, MARKDOWN, prometheus];
