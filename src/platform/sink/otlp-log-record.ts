import type { ReadableLogRecord } from '@opentelemetry/sdk-logs';
import type { Message } from '../../core/delivery/message.ts';
import type { Clock } from '../../core/system/clock.ts';
import { originOf } from './otlp-origin.ts';

/** Severities of the data model of logs. */
const INFO = { severityNumber: 9, severityText: 'INFO' };
const WARN = { severityNumber: 13, severityText: 'WARN' };

/** Makes log records of messages: their fields are attributes, without those that are null, and their id is log.record.uid. */
export function openLogRecords(clock: Clock, namesHost: boolean): (message: Message) => ReadableLogRecord {
  const { resource, scope: instrumentationScope } = originOf(namesHost);
  return ({ id, bytes }) => {
    const { type, time, ...fields } = JSON.parse(Buffer.from(bytes).toString('utf8')) as Readonly<
      Record<string, Value>
    >;
    const attributes: Record<string, Exclude<Value, null>> = { 'log.record.uid': id };
    for (const [name, value] of Object.entries(fields)) if (value !== null) attributes[`netwatch.${name}`] = value;
    const now = hrTimeOf(new Date(clock.now()).toISOString());
    return {
      ...{ resource, instrumentationScope, attributes, droppedAttributesCount: 0 },
      ...(type === 'gap' ? WARN : INFO),
      hrTime: typeof time === 'string' ? hrTimeOf(time) : now,
      hrTimeObserved: now,
      eventName: `netwatch.${type}`,
      body: bodyOf(fields),
    } as ReadableLogRecord;
  };
}

type Value = string | number | boolean | readonly string[] | null;

/** Seconds and nanoseconds of a time in ISO 8601. */
function hrTimeOf(iso: string): [number, number] {
  const fraction = /\.([0-9]{1,9})/.exec(iso)?.[1] ?? '';
  return [Math.floor(Date.parse(iso) / 1000), Number(fraction.padEnd(9, '0'))];
}

/** A line for people. */
function bodyOf(fields: Readonly<Record<string, Value>>): string {
  const { event, proto, local_addr: local, local_port: from, remote_addr: remote, remote_port: to, process } = fields;
  if (event === undefined) return String(fields.reason ?? '');
  const side = (addr: Value = null, port: Value = null): string => `${addr ?? '*'} ${port ?? '*'}`;
  return `${event} ${proto} ${side(local, from)} → ${side(remote, to)}${process ? ` ${process}` : ''}`;
}
