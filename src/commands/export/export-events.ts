import { usageError } from '../../core/failure.ts';
import { connEvent } from '../../core/record/tables/conn-event.ts';
import { connOptions } from '../conns/conn-options.ts';
import { liveRequestOf } from '../conns/conn-request.ts';
import { runLive } from '../conns/live-conns.ts';
import { type Command, type ListingCommand, type ListingValues, listing } from '../listing/command.ts';
import { SNAPSHOTS } from '../listing/run.ts';
import { REDACTED_RECORDS } from '../options/redact-options.ts';
import { sinkOptions } from './sink-options.ts';

const { events: _e, summary: _s, coverage: _c, keylog: _k, netns: _n, read: _r, ...others } = connOptions;
// a history is for netwatch conns
const { append: _a, 'append-max': _m, ...chosen } = others;
const options = { ...chosen, ...sinkOptions };

const NOT_ASKED = {
  ...{ events: true, append: null, 'append-max': null, summary: null, coverage: false },
  ...{ keylog: null, netns: null, read: null, root: null },
};

/** `netwatch export events`: connections that open, change and close, for a system that collects them. */
export const exportEvents: Command = listing({
  name: 'export events',
  about: 'connection events, sent to a system that collects them',
  details: [
    'A record for each connection that opens, changes state or closes, as conns --events prints them. With --to they are sent, one message for each, as lines of NDJSON without the line feed.',
    '--to nats://HOST[:PORT]/SUBJECT publishes to a stream of JetStream, which must be there: netwatch makes none. Several servers of a cluster are written HOST:PORT,HOST:PORT and tried in turn. Each message has a Nats-Msg-Id of its own, by which the stream knows one that comes twice. nats+tls:// demands TLS; certificates are trusted as those of probe are: SSL_CERT_FILE, or else those of the system. USER:PASSWORD@ or TOKEN@ before the host work, and are hidden from the list of processes once netwatch has started; --credentials FILE was never in it. A record that is larger than max_payload of the server or max_msg_size of the stream is refused: stderr tells once, and how many were refused at the end, and the others are sent.',
    '--to otlp+http://HOST[:PORT][/PATH] posts them as logs of OTLP (protobuf) to PATH/v1/logs: each field that is not null is an attribute netwatch.FIELD, and log.record.uid is the same when a record is sent again. After 429, 500, 503 and the like they are sent again, not before Retry-After; what the server rejects for good is counted and told.',
    'Every record is written to the spool first, and removed when the other side has acknowledged it: it arrives at least once. While the other side is away, records wait in the spool, also when netwatch is killed and started again; it tries again after half a second, later after up to 30 s, and says so on stderr once. One process at a time may use a spool. Its files are readable by their owner alone, and have checksums; a record that was cut short because netwatch was killed is dropped and told. After a power cut, the records of the last seconds may be missing.',
    'When the spool is full, the oldest records make room. Where the disk itself is full, new ones are dropped until there is room, and stderr tells once. In the place of those that are missing a gap record is sent, which says how many. What is damaged in a spool is told and passed over; a spool of a later version is refused (73).',
    'SIGTERM and SIGINT take a last look, send what waits for up to five seconds, and leave the rest in the spool. SIGUSR1 prints how many records were sent and how many wait, SIGUSR2 brings the spool to the disk.',
    'Root gives up its privileges before anything is sent: netwatch becomes the user who called sudo, or else nobody. A separate process keeps the right to see the owners of sockets. The spool belongs to that user. The package has a confined service for systemd (netwatch-events.service).',
    REDACTED_RECORDS,
    'Records that are redacted wait in a spool of their own, beside the other one (spool-redacted-ips-hosts), so that nothing is sent with them that an earlier run left there; and OTLP is not told the name of this machine.',
  ],
  operands: '',
  operandChoices: [],
  options,
  repeats: true,
  watches: () => true,
  firstTickIsStart: () => true,
  resolves: ({ resolve }) => resolve,
  tables: [connEvent],
  examples: [
    { line: 'netwatch export events --to nats://nats.example/netwatch.events', about: 'to a stream of JetStream' },
    {
      line: 'netwatch export events --to nats+tls://nats.example/netwatch.events --credentials netwatch.creds --spool /var/spool/netwatch',
      about: 'over TLS, with credentials, and with a spool of its own',
    },
    { line: 'netwatch export events --to otlp+http://127.0.0.1:4318', about: 'as logs to an OpenTelemetry collector' },
    { line: "netwatch export events --json -f 'event == opened'", about: 'what would be sent' },
  ],
  tableOf: () => connEvent,
  runOf: (values) => {
    const { to } = values;
    if (to === null) {
      refuseSinkOptions(values);
      return SNAPSHOTS;
    }
    return {
      kind: 'deed',
      interruptIsStatus: true,
      async perform(context, given, operands) {
        // loaded here: who prints events sends nothing
        const { sendRequestOf } = await import('./send-request.ts');
        const { sendRecords } = await import('./send-records.ts');
        const { sayWhoReadsSecrets } = await import('./recipient-request.ts');
        const asked = sendRequestOf(given, to, context.env);
        sayWhoReadsSecrets(context, given);
        return sendRecords(commandThatOpens, context, given, operands, asked);
      },
    };
  },
  run: (context, values, _operands, request) =>
    runLive(context, liveRequestOf({ ...values, ...NOT_ASKED }, request), request),
});

/** Throws Failure 64 for what says how to send, where nothing is sent. */
function refuseSinkOptions(values: ListingValues<typeof sinkOptions>): void {
  const given = Object.keys(sinkOptions).find((name) => values[name as keyof typeof sinkOptions] !== null);
  if (given !== undefined) throw usageError(`--${given} needs --to URL`, { hint: 'netwatch export events --help' });
}

/** The same command, which calls `opened` before its first look. */
const commandThatOpens = (opened: () => Promise<void>): ListingCommand => ({
  ...(exportEvents as ListingCommand),
  run(context, given, _operands, request) {
    const values = given as ListingValues<typeof options>;
    const asked = liveRequestOf({ ...values, ...NOT_ASKED }, request);
    return runLive(context, { ...asked, sampled: { ...asked.sampled, outlivesPrivileges: true } }, request, opened);
  },
});
