import type { Observation } from '../../../core/insight/observation.ts';
import type { IfaceRow } from '../../../core/record/tables/iface.ts';
import type { Witness } from '../../../core/sample/insight-sampler.ts';
import { ConnMetrics } from '../../conns/conn-metrics.ts';

/** What the last look at the machine saw: totals of its connections, and its interfaces. */
export class MachineWitness implements Witness {
  readonly statistics = [];
  conns = new ConnMetrics();
  interfaces: readonly IfaceRow[] = [];

  ingest(one: Observation): void {
    if (one.type === 'iface') this.interfaces = one.value;
    if (one.type !== 'conn') return;
    const conns = new ConnMetrics();
    for (const row of one.value) conns.add(row);
    this.conns = conns;
  }

  ingestSections(): void {}
}
