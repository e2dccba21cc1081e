import os from 'node:os';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import packageJson from '../../../package.json' with { type: 'json' };

/**
 * Who tells, in every message of OTLP; without the name of this machine where that is not to be told. Prometheus makes its label
 * `instance` of service.instance.id.
 */
export function originOf(namesHost: boolean): {
  readonly resource: Resource;
  readonly scope: { readonly name: string; readonly version: string };
} {
  const host = os.hostname();
  return {
    resource: resourceFromAttributes({
      'service.name': 'netwatch',
      'service.version': packageJson.version,
      ...(namesHost ? { 'service.instance.id': host, 'host.name': host } : {}),
    }),
    scope: { name: 'netwatch', version: packageJson.version },
  };
}
