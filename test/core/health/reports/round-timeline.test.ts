import { expect, test } from 'vitest';
import {
  hourAfter,
  hourOf,
  type KeptRound,
  RoundTimeline,
} from '../../../../src/core/health/reports/round-timeline.ts';

const HOUR = 3_600_000;
const rounds = (...given: (readonly [at: number, state: KeptRound['state']])[]): KeptRound[] =>
  given.map(([at, state]) => ({ at, state, sent: 1, received: 1, averageMs: 1, maxMs: 1, why: null }));
const ALL = { from: 0, until: 10 * HOUR };
const sumOf = (timeline: RoundTimeline, span = ALL) => {
  const { rounds: begun, ...rest } = timeline.sum(span);
  return { begun: begun.map(({ at }) => at), ...rest };
};

test('a state lasts until the next round, in whatever order they come', () => {
  const timeline = new RoundTimeline(rounds([2000, 'down'], [1000, 'up'], [4000, 'up'], [3000, 'down']));
  expect(sumOf(timeline)).toEqual({
    begun: [1000, 2000, 3000, 4000],
    knownMs: 4000,
    downMs: 2000,
    outages: 1,
    longestMs: 2000,
  });
  expect(timeline.end).toBe(5000);
  expect([...timeline.states()]).toEqual([
    { at: 1000, knownUntil: 2000 },
    { at: 2000, knownUntil: 3000 },
    { at: 3000, knownUntil: 4000 },
    { at: 4000, knownUntil: 5000 },
  ]);
});

test.each([
  [6000, 6000, 1],
  [6001, 4000, 2],
])('a round that is %i ms off: more than three usual steps are time that is not known', (at, end, outages) => {
  // the usual step is a second
  const timeline = new RoundTimeline(
    rounds([0, 'up'], [1000, 'up'], [2000, 'up'], [3000, 'down'], [at, 'down'], [at + 1000, 'up']),
  );
  expect([...timeline.states()][3]).toEqual({ at: 3000, knownUntil: end });
  expect(sumOf(timeline).outages).toBe(outages);
});

test('the longest of several outages, and those that an unknown round or an answer parts', () => {
  const timeline = new RoundTimeline(
    rounds([0, 'down'], [1000, 'unknown'], [2000, 'down'], [3000, 'down'], [4000, 'degraded'], [5000, 'down']),
  );
  expect(sumOf(timeline)).toMatchObject({ knownMs: 5000, downMs: 4000, outages: 3, longestMs: 2000 });
  expect([...timeline.states()][1]).toEqual({ at: 1000, knownUntil: 1000 });
});

test('a span has the rounds that begin in it, and of what began before what reaches into it', () => {
  const timeline = new RoundTimeline(rounds([0, 'up'], [1000, 'down'], [2000, 'down'], [3000, 'up']));
  expect(sumOf(timeline, { from: 1500, until: 2500 })).toEqual({
    begun: [2000],
    knownMs: 1000,
    downMs: 1000,
    outages: 0,
    longestMs: 0,
  });
  expect(sumOf(timeline, { from: 1000, until: 2000 })).toEqual({
    begun: [1000],
    knownMs: 1000,
    downMs: 1000,
    outages: 1,
    longestMs: 2000,
  });
  expect(sumOf(timeline, { from: 3500, until: 9000 })).toMatchObject({ begun: [], knownMs: 500, downMs: 0 });
  expect(sumOf(timeline, { from: 4000, until: 9000 })).toMatchObject({ knownMs: 0 });
});

test('a single round lasts no time, and none has no end', () => {
  const one = new RoundTimeline(rounds([1000, 'down']));
  expect(sumOf(one)).toEqual({ begun: [1000], knownMs: 0, downMs: 0, outages: 1, longestMs: 0 });
  expect(one.end).toBe(1000);
  expect(new RoundTimeline([]).end).toBe(0);
});

test('what comes after the last round makes no hour of its own', () => {
  const timeline = new RoundTimeline(rounds([HOUR - 3000, 'up'], [HOUR - 1000, 'up']));
  expect(timeline.end).toBe(HOUR);
});

test.each([
  [0, 0, HOUR],
  [HOUR - 1, 0, HOUR],
  [HOUR, HOUR, 2 * HOUR],
])('the hour of %i', (at, of, after) => {
  expect([hourOf(at), hourAfter(at)]).toEqual([of, after]);
});
