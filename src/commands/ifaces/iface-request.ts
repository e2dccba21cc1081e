import { usageError } from '../../core/failure.ts';
import type { AnyRow, RecordTable } from '../../core/record/table.ts';
import { iface } from '../../core/record/tables/iface.ts';
import { NETWORK_TABLES, type NetworkPart } from '../../core/sample/network-sampler.ts';
import type { PlatformOptions } from '../../core/system/platform.ts';
import type { ListingValues } from '../listing/command.ts';
import type { ifaceOptions } from './iface-options.ts';

/** The request for interfaces, or for the configuration. */
export interface IfaceRequest {
  /** null for the interfaces. */
  readonly part: NetworkPart | null;
  /** Only this interface; null for all. */
  readonly interface: string | null;
  readonly isUp: boolean;
  readonly place: PlatformOptions;
  /** Whether the first look needs rates. */
  readonly rates: boolean;
}

const RATE_FIELDS = ['rx_rate', 'tx_rate', 'rx_packet_rate', 'tx_packet_rate'];

/** Throws Failure 64 for options that exclude each other. */
export function requestOf(values: ListingValues<typeof ifaceOptions>, asked: ReadonlySet<string>): IfaceRequest {
  const { root, netns, up } = values;
  const parts = (Object.keys(NETWORK_TABLES) as NetworkPart[]).filter((part) => values[part]);
  if (parts.length > 1) throw usageError('--routes, --dns, --neighbors and --host exclude each other');
  return {
    part: parts[0] ?? null,
    interface: values.interface,
    isUp: up,
    place: { root, netns },
    rates: RATE_FIELDS.some((field) => asked.has(field)),
  };
}

export const tableOf = ({ part }: Pick<IfaceRequest, 'part'>): RecordTable =>
  part === null ? iface : NETWORK_TABLES[part];

/** Tests whether a row was asked for, for any of the tables. */
export function compileTest(asked: IfaceRequest): (row: AnyRow) => boolean {
  const name = asked.part === null ? 'name' : 'iface';
  const hasInterface = asked.part !== 'host' && asked.interface !== null;
  const mustBeUp = asked.isUp && asked.part === null;
  return (row) => !(hasInterface && row[name] !== asked.interface) && !(mustBeUp && !isUp(row));
}

const isUp = ({ state }: AnyRow): boolean => state === 'up' || state === 'unknown';
