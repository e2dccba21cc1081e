import type { DissectorSetup } from '../wire/dissector.ts';
import type { PacketPredicate } from './packet-filter.ts';

/** The least that a dissector must find out for the filter to pass what it passes when all is dissected; null for no filter. */
export const setupFor = (
  filter: PacketPredicate | null,
): Required<Pick<DissectorSetup, 'applications' | 'headersAlone' | 'analyses' | 'streams' | 'decrypts'>> => ({
  applications: filter?.needsApplications ?? false,
  headersAlone: filter?.needsFlows !== true,
  analyses: filter?.needsAnalysis ?? false,
  streams: filter?.streams ?? null,
  decrypts: filter?.needsHellos ?? false,
});
