import type { Instant } from '../instant.ts';
import { openInterfaceRates } from '../network/interface-rates.ts';
import type { IfaceRow } from '../record/tables/iface.ts';
import { instantNow } from '../system/instant-now.ts';
import type { Reading } from '../system/platform.ts';
import { RATE_SAMPLE_MS } from './rate-sample.ts';
import type { Place } from './surroundings.ts';

/** The interfaces of a machine, look after look. */
export interface InterfaceSampler {
  look(at: Instant): Promise<Reading<IfaceRow>>;
}

/** With `rates` the first look takes two samples, a quarter of a second apart. */
export function openInterfaceSampler(
  { platform, clock, signal }: Place,
  { rates }: { readonly rates: boolean },
): InterfaceSampler {
  const engine = openInterfaceRates();
  let isFirst = true;
  const sample = async (at: Instant): Promise<Reading<IfaceRow>> => {
    const { rows, limits } = await platform.readInterfaces();
    return { rows: engine.ingest(rows, at), limits };
  };
  return {
    async look(at) {
      const first = await sample(at);
      if (!isFirst || !rates) return first;
      isFirst = false;
      await clock.sleep(RATE_SAMPLE_MS, signal);
      const second = await sample(instantNow(clock));
      return { rows: second.rows, limits: [...first.limits, ...second.limits] };
    },
  };
}
