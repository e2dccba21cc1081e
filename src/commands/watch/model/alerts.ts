import { fill } from '../texts/fill.ts';
import type { Machine } from './machine.ts';
import type { Model } from './model.ts';
import { warn } from './notices.ts';

/** Findings that are remembered as told; the last ones. */
const MOST_TOLD = 1000;

/** The model that tells of a finding of severity error, each once. */
export function alerted(model: Model, { insights }: Machine): Model {
  const fresh = insights.filter((row) => row.severity === 'error' && !model.told.has(nameOf(row)));
  const [first] = fresh;
  if (first === undefined) return model;
  const told = new Set([...model.told, ...fresh.map(nameOf)].slice(-MOST_TOLD));
  const { noticeAlert } = model.settings.texts;
  return warn({ ...model, told }, fill(noticeAlert, { summary: first.summary }), true);
}

const nameOf = ({ source, rule, subject }: Machine['insights'][number]): string => `${source} ${rule} ${subject}`;
