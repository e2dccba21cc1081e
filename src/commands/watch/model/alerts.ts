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

/** The model that tells what cannot be seen, each once. */
export function limitsTold(model: Model, { limits }: Machine): Model {
  const fresh = limits.map(({ subject, what }) => subject ?? what).filter((what) => !model.told.has(limitNamed(what)));
  if (fresh.length === 0) return model;
  const told = new Set([...model.told, ...fresh.map(limitNamed)].slice(-MOST_TOLD));
  return warn({ ...model, told }, fill(model.settings.texts.noticeLimits, { what: fresh.join(', ') }), false);
}

const limitNamed = (what: string): string => `limit ${what}`;

const nameOf = ({ source, rule, subject }: Machine['insights'][number]): string => `${source} ${rule} ${subject}`;
