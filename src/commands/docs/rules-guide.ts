import { RULES } from '../../core/insight/all-rules.ts';
import type { GuideSection } from './guide.ts';

const sentence = (about: string): string => `${about[0]!.toUpperCase()}${about.slice(1)}.`;

/** What the rules of insights look for, in brief. */
export const RULES_TOPIC: GuideSection = {
  heading: 'RULES',
  paragraphs: [
    'netwatch insights judges the records of a capture or of this machine by these rules. Each finding has a severity: note, warn or error, which is the gravest. Here stands the usual one; a finding may be graver or less grave.',
    "netwatch insights --explain RULE says how a rule decides, what else may look the same, and its thresholds; --threshold RULE.NAME=N moves one, -f 'rule != RULE' leaves the findings of a rule out. A rule speaks only of what it could see: some need packets, some need more than one look (--interval), and path_cause and probe_loss need --probe.",
  ],
  items: RULES.map(({ name, severity, about }) => [`${name} (${severity})`, sentence(about)]),
};

/** The rules of insights and their thresholds, for its man page. */
export const RULES_GUIDE: GuideSection = {
  heading: 'RULES',
  paragraphs: ['Each rule with the severity of what it finds, how it decides, and its thresholds with their defaults.'],
  items: RULES.map(({ name, severity, about, explanation, thresholds }) => [
    `${name} (${severity})`,
    [
      sentence(about),
      explanation,
      ...Object.entries(thresholds).map(([key, { absent, doc }]) => `${name}.${key}=${absent}: ${doc}`),
    ].join(' '),
  ]),
};
