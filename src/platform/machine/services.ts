import { WELL_KNOWN_SERVICES } from '../../core/net/well-known-services.ts';
import type { Host } from '../../core/system/host.ts';

/** Looks a service name up by protocol and port; null where there is none. */
export type ServiceNames = (proto: string, port: number) => string | null;

/** Service names from /etc/services, with a short built-in list below it. */
export function readServices(host: Host): ServiceNames {
  const names = parseServices(WELL_KNOWN_SERVICES.replaceAll(',', '\n'));
  for (const [proto, own] of parseServices(host.readIfAny('/etc/services') ?? '')) {
    names.set(proto, new Map([...(names.get(proto) ?? []), ...own]));
  }
  const tables = new Map([...names].map(([proto, ports]) => [proto, denseTable(ports)]));
  return (proto, port) => tables.get(proto)?.(port) ?? null;
}

/** A look-up by array: asked twice for each of 18,000 sockets, mostly in vain, a Map takes 8 ms of a cold run. */
function denseTable(ports: ReadonlyMap<number, string>): (port: number) => string | null {
  const texts: (string | null)[] = [null, ...ports.values()];
  const placeOf = new Uint16Array(65_536);
  for (const [i, port] of [...ports.keys()].entries()) placeOf[port] = i + 1;
  return (port) => texts[placeOf[port] ?? 0] ?? null;
}

/** Reads services(5) text, `name port/proto aliases # comment`, by protocol and port. The first name of a port wins. */
export function parseServices(text: string): Map<string, Map<number, string>> {
  const names = new Map<string, Map<number, string>>();
  for (const [, name, digits, proto] of text.matchAll(/^([^\s#]+)[ \t]+([0-9]{1,5})\/([a-z]+)/gm)) {
    if (name === undefined || proto === undefined) continue;
    const ports = names.get(proto) ?? new Map<number, string>();
    names.set(proto, ports);
    const port = Number(digits);
    if (!ports.has(port)) ports.set(port, name);
  }
  return names;
}
