import type { Observation } from '../../../core/insight/observation.ts';
import type { IfaceRow } from '../../../core/record/tables/iface.ts';
import type { Witness } from '../../../core/sample/insight-sampler.ts';
import { ConnMetrics } from '../../conns/conn-metrics.ts';
import type { Shown } from './shown.ts';

/** What the last look at the machine saw: totals of its connections, and its interfaces. */
export class MachineWitness implements Witness {
  readonly statistics = [];
  conns = new ConnMetrics();
  interfaces: readonly IfaceRow[] = [];

  constructor(private readonly shown: Shown) {}

  ingest(one: Observation): void {
    if (one.type === 'iface') this.interfaces = this.shown.interfaces(one.value);
    if (one.type !== 'conn') return;
    const conns = new ConnMetrics();
    for (const row of one.value) conns.add(this.shown.conn(row));
    this.conns = conns;
  }

  ingestSections(): void {}
}
