import { RULES } from '../../core/insight/all-rules.ts';
import type { GuideSection } from './guide.ts';

/** The rules of insights and their thresholds, for its man page. */
export const RULES_GUIDE: GuideSection = {
  heading: 'RULES',
  paragraphs: ['Each rule with the severity of what it finds, how it decides, and its thresholds with their defaults.'],
  items: RULES.map(({ name, severity, about, explanation, thresholds }) => [
    `${name} (${severity})`,
    [
      `${about[0]!.toUpperCase()}${about.slice(1)}.`,
      explanation,
      ...Object.entries(thresholds).map(([key, { absent, doc }]) => `${name}.${key}=${absent}: ${doc}`),
    ].join(' '),
  ]),
};
