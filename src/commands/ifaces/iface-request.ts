import { usageError } from '../../core/failure.ts';
import type { AnyRow, RecordTable } from '../../core/record/table.ts';
import { iface } from '../../core/record/tables/iface.ts';
import { tunnel } from '../../core/record/tables/tunnel.ts';
import { NETWORK_TABLES } from '../../core/sample/network-sampler.ts';
import type { PlatformOptions } from '../../core/system/platform.ts';
import type { ListingValues } from '../listing/command.ts';
import type { ifaceOptions } from './iface-options.ts';

/** What can be shown instead of interfaces. */
const PART_TABLES = { ...NETWORK_TABLES, tunnels: tunnel } as const;
export type IfacePart = keyof typeof PART_TABLES;

/** The request for interfaces, or for the configuration. */
export interface IfaceRequest {
  /** null for the interfaces. */
  readonly part: IfacePart | null;
  /** Only this interface; null for all. */
  readonly interface: string | null;
  readonly isUp: boolean;
  /** Only routes of this table; null for those of all. */
  readonly table: string | null;
  readonly place: PlatformOptions;
  /** Whether the first look needs rates. */
  readonly rates: boolean;
}

const USUAL_TABLE = 'main';
const ALL_TABLES = 'all';
/** Of macOS: routes for sockets that are bound to an interface. */
const SCOPED_TABLE = 'scoped';
/** Names of the numbers that have one (RT_TABLE_*). */
const TABLE_NAMES: Readonly<Record<string, string>> = { 253: 'default', 254: 'main', 255: 'local' };

const RATE_FIELDS = ['rx_rate', 'tx_rate', 'rx_packet_rate', 'tx_packet_rate'];

/** Throws Failure 64 for options that exclude each other. */
export function requestOf(values: ListingValues<typeof ifaceOptions>, asked: ReadonlySet<string>): IfaceRequest {
  const { root, netns, up } = values;
  if (values.table !== null && !values.routes) throw usageError('--table needs --routes');
  return {
    part: partOf(values),
    interface: values.interface,
    isUp: up,
    table: tableNamed(values.table ?? USUAL_TABLE),
    place: { root, netns },
    rates: RATE_FIELDS.some((field) => asked.has(field)),
  };
}

export const tableOf = ({ part }: Pick<IfaceRequest, 'part'>): RecordTable =>
  part === null ? iface : PART_TABLES[part];

/** What of the configuration the options ask for; null for the interfaces. Throws Failure 64 for several. */
export function partOf(values: ListingValues<typeof ifaceOptions>): IfacePart | null {
  const parts = (Object.keys(PART_TABLES) as IfacePart[]).filter((part) => values[part]);
  if (parts.length > 1) throw usageError('--routes, --dns, --neighbors, --host and --tunnels exclude each other');
  return parts[0] ?? null;
}

/** A table has a number of 32 bits (rtnetlink(7), RTA_TABLE). */
const LAST_TABLE = 0xffffffff;

/** The table as routes name it; null for all. Throws Failure 64. */
function tableNamed(name: string): string | null {
  if (name === ALL_TABLES) return null;
  if (/^[0-9]{1,10}$/.test(name) && Number(name) <= LAST_TABLE)
    return TABLE_NAMES[Number(name)] ?? String(Number(name));
  if (Object.values(TABLE_NAMES).includes(name) || name === SCOPED_TABLE) return name;
  throw usageError(`--table "${name}" is no routing table`, {
    hint: 'main, local, default, a number, or all; /etc/iproute2/rt_tables has the numbers of other names',
  });
}

/** Tests whether a row was asked for, for any of the tables. */
export function compileTest(asked: IfaceRequest): (row: AnyRow) => boolean {
  const name = asked.part === null ? 'name' : 'iface';
  const hasInterface = asked.part !== 'host' && asked.interface !== null;
  const mustBeUp = asked.isUp && asked.part === null;
  const table = asked.part === 'routes' ? asked.table : null;
  return (row) =>
    !(hasInterface && row[name] !== asked.interface) &&
    !(mustBeUp && !isUp(row)) &&
    // where it is unknown, a route may be of any table
    !(table !== null && row.table !== null && row.table !== table);
}

const isUp = ({ state }: AnyRow): boolean => state === 'up' || state === 'unknown';
