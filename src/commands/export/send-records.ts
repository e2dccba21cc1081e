import { openLines } from '../../core/cut-lines.ts';
import { type Delivery, deliver } from '../../core/delivery/deliver.ts';
import type { Recipient } from '../../core/delivery/message.ts';
import { compileJson } from '../../core/output/json.ts';
import type { Sink } from '../../core/output/sink.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import { gap } from '../../core/record/tables/meta.ts';
import { hideArguments } from '../../platform/machine/process-title.ts';
import { loadSink } from '../../platform/sink/open-sink.ts';
import { openSpool, type Spool } from '../../platform/sink/spool.ts';
import { makeSpoolFolder } from '../../platform/sink/spool-folder.ts';
import type { Context } from '../context/context.ts';
import { lesserUserWithGroups } from '../context/lesser-user.ts';
import type { ListingCommand, ListingValues } from '../listing/command.ts';
import { NOT_TOLD } from '../listing/report-gap.ts';
import { runListing } from '../listing/run-listing.ts';
import type { Options } from '../options/option.ts';
import { shedPrivileges } from '../reading/shed-privileges.ts';
import type { SendRequest } from './send-request.ts';
import { sinkOptions } from './sink-options.ts';

/** How long what waits is still sent after the end of a run. */
const FLUSH_MS = 5_000;
const FLUSH_CHECK_MS = 20;

/** The listing itself only prints. */
const NOT_SENT = Object.fromEntries(Object.keys(sinkOptions).map((name) => [name, null]));

/** A command whose run says when all that needs privileges is open: they are given up there. */
export type CommandThatOpens = (opened: () => Promise<void>) => ListingCommand;

/**
 * Runs a listing whose records are sent; returns its exit status. What is not sent at its end stays in the spool. Rejects as
 * the listing and the spool do.
 */
export async function sendRecords(
  commandOf: CommandThatOpens,
  context: Context,
  values: ListingValues<Options>,
  operands: readonly string[],
  request: SendRequest,
): Promise<number> {
  const { destination, folder } = request;
  if (destination.user !== null) hideArguments(`netwatch export events --to ${destination.name}`);
  const open = await loadSink(destination.protocol);
  makeSpoolFolder(folder, lesserUserWithGroups(context.env), request.isUsual);
  const recipient = open({ ...request, clock: context.clock });
  let sender: Sender | null = null;
  const command = commandOf(async () => {
    await shedPrivileges(context, 'on', 'records are sent');
    sender = await openSender(context, request, recipient);
  });
  const stdout = lineSink((line) => sender?.spool.append(line));
  try {
    const plain = { ...values, ...NOT_SENT, output: 'ndjson' as const, json: false, tsv: false, csv: false };
    return await runListing(command, { ...context, stdout }, plain, operands);
  } finally {
    await (sender as Sender | null)?.finish();
  }
}

interface Sender {
  readonly spool: Spool;
  finish(): Promise<void>;
}

async function openSender(context: Context, request: SendRequest, recipient: Recipient): Promise<Sender> {
  const { clock, say, warn } = context;
  const { destination, folder, mostBytes, spool: named, isRedacted } = request;
  const gapLine = compileJson(gap, Object.keys(gap.fields));
  const spool = await openSpool({
    ...{ folder, mostBytes, say: warn, clock },
    gapOf: (dropped, reason) =>
      Buffer.from(
        gapLine({
          time: new Date(clock.now()).toISOString(),
          dropped,
          reason: isRedacted ? NOT_TOLD : reason,
          iface: null,
        }),
      ),
  });
  if (spool.count() > 0) say(`${formatNumberOf(spool.count(), 'record')} of an earlier run in ${folder}`);
  const over = new AbortController();
  const place = { clock, random: Math.random, say: warn, name: destination.name };
  const delivery = deliver(spool, recipient, place, over.signal);
  const forgetStatus = context.onStatusAsked(() => warn(statusOf(delivery, spool)));
  const forgetSync = context.onSyncAsked(() => spool.sync());
  return {
    spool,
    async finish() {
      const end = clock.monotonic() + FLUSH_MS;
      // where the other side is away, what waits will not get there
      while (spool.count() > 0 && delivery.trouble() === null && clock.monotonic() < end)
        await clock.sleep(FLUSH_CHECK_MS);
      over.abort();
      await delivery.ended;
      await recipient.close();
      forgetStatus();
      forgetSync();
      say(statusOf(delivery, spool));
      if (spool.count() > 0)
        say(
          `they are sent when netwatch runs again with --spool ${named}${isRedacted ? ' and the same --redact' : ''}`,
        );
      spool.close();
    },
  };
}

function statusOf({ sent, refused }: Delivery, spool: Spool): string {
  return [
    `${formatNumberOf(sent(), 'record')} sent`,
    `${spool.count()} in the spool`,
    ...(spool.dropped() > 0 ? [`${spool.dropped()} dropped`] : []),
    ...(refused() > 0 ? [`${refused()} refused`] : []),
  ].join(', ');
}

/** A sink that hands on whole lines. */
function lineSink(take: (line: Uint8Array) => void): Sink {
  const cut = openLines((line) => take(Buffer.from(line)));
  return {
    write: (text) => void cut(text),
    writeBytes: (bytes) => void cut(Buffer.from(bytes).toString('utf8')),
    flush: async () => {},
  };
}
