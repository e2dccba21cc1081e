import { flag, text } from '../options/option.ts';
import { redactOptions } from '../options/redact-options.ts';
import { machineOptions, resolveOptions } from '../options/shared-options.ts';

/** The options of `ifaces`, in addition to those of every listing. */
export const ifaceOptions = {
  routes: flag('Show the routes instead: those of the main table, as ip route does.'),
  table: text('With --routes: the routing table to show, by its name (main, local, default) or number, or all.', {
    value: 'NAME',
    choices: ['main', 'local', 'default', 'all'],
  }),
  dns: flag('Show the DNS servers in use instead.'),
  neighbors: flag('Show the neighbours on the link (ARP, NDP) instead.'),
  tunnels: flag(
    'Show the tunnels instead: WireGuard peers, tun and tap devices with their process, outer flow and reconnects.',
  ),
  host: flag('Show this machine instead: name, system, gateways, DNS servers.'),
  up: flag('Only interfaces whose state is up (or unknown, as for tunnels and loopback).'),
  interface: text('Only this interface.', { short: 'i', value: 'NAME', offers: 'interface' }),
  ...resolveOptions,
  ...redactOptions,
  ...machineOptions('records saved with --json'),
};
