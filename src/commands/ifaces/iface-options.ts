import { flag, text } from '../options/option.ts';
import { machineOptions, resolveOptions } from '../options/shared-options.ts';

/** What `ifaces` takes besides what every listing does. */
export const ifaceOptions = {
  routes: flag('The routing tables instead.'),
  dns: flag('The DNS servers in use instead.'),
  neighbors: flag('The neighbours on the link (ARP, NDP) instead.'),
  host: flag('This machine instead: name, system, gateways, DNS servers.'),
  up: flag('Only interfaces whose state is up (or unknown, as of tunnels and loopback).'),
  interface: text('Only this interface.', { short: 'i', value: 'NAME', offers: 'interface' }),
  ...resolveOptions,
  ...machineOptions('records saved with --json'),
};
