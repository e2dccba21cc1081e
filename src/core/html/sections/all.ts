import type { ReportSection } from '../section.ts';
import { conversationsSection } from './conversations.ts';
import { dnsSection } from './dns.ts';
import { expertSection } from './expert.ts';
import { handshakesSection } from './handshakes.ts';
import { listedSections } from './listed.ts';
import { probesSection } from './probes.ts';
import { protocolsSection } from './protocols.ts';
import { summarySection } from './summary.ts';
import { timelineSection } from './timeline.ts';

/** The sections that there are. A new one is a file beside this and a line here. */
export const SECTIONS: readonly ReportSection[] = [
  summarySection,
  timelineSection,
  protocolsSection,
  conversationsSection,
  dnsSection,
  handshakesSection,
  expertSection,
  probesSection,
  ...listedSections,
];
