import type { Limit } from '../../../core/limit.ts';
import type { IfaceRow } from '../../../core/record/tables/iface.ts';
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

/**
 * The model that tells what cannot be seen, each once: by name, as help has the rest; but why, of what was there and nothing brings
 * back.
 */
export function limitsTold(model: Model, { limits }: Machine): Model {
  const fresh = limits.filter((limit) => !model.told.has(limitNamed(limit)));
  if (fresh.length === 0) return model;
  const told = new Set([...model.told, ...fresh.map(limitNamed)].slice(-MOST_TOLD));
  const lost = model.machine.at === null ? [] : fresh.filter(({ remedy }) => remedy === null);
  const what = fresh.map(({ subject, what }) => subject ?? what).join(', ');
  const text =
    lost.length === 0
      ? fill(model.settings.texts.noticeLimits, { what })
      : lost.map((limit) => `${limit.what}: ${limit.why}`).join('; ');
  return warn({ ...model, told }, text, lost.length > 0);
}

/** The model that tells which interfaces went down, or are gone, since the look before. */
export function interfacesTold(model: Model, { ifaces }: Machine): Model {
  const { texts } = model.settings;
  const now = new Map(ifaces.map(({ index, state }) => [index, state]));
  const before = (model.held ?? model.machine).ifaces;
  const gone = before.filter(({ index }) => !now.has(index)).map(({ name }) => name);
  const down = before
    .filter(({ index, state }) => !isDown(state) && isDown(now.get(index) ?? state))
    .map(({ name }) => name);
  const told = [
    ...(gone.length === 0 ? [] : [fill(texts.noticeIfacesGone, { names: gone.join(', ') })]),
    ...(down.length === 0 ? [] : [fill(texts.noticeIfacesDown, { names: down.join(', ') })]),
  ];
  return ifaces.length === 0 || told.length === 0 ? model : warn(model, told.join('; '), true);
}

const isDown = (state: IfaceRow['state']): boolean => state === 'down' || state === 'lowerlayerdown';

/** What nothing grants may have another reason later. */
const limitNamed = ({ subject, what, why, remedy }: Limit): string =>
  `limit ${subject ?? (remedy === null ? `${what} ${why}` : what)}`;

const nameOf = ({ source, rule, subject }: Machine['insights'][number]): string => `${source} ${rule} ${subject}`;
