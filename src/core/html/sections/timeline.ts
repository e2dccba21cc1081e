import { formatBytes, formatSeconds, formatSignificant } from '../../output/units.ts';
import { type TimeBucketRow, timeBucket } from '../../record/tables/time-bucket.ts';
import { trafficTimeline } from '../charts/traffic-timeline.ts';
import { dataTable } from '../data-table.ts';
import { figure } from '../figure.ts';
import { markup } from '../markup.ts';
import { MergedSpans } from '../merged-spans.ts';
import { none } from '../phrases.ts';
import type { ReportSection } from '../section.ts';

/** Spans of the picture, and of the table. */
const DRAWN = 360;
const LISTED = 24;
/** A picture of one span would say nothing. */
const LEAST_DRAWN = 2;

export const timelineSection: ReportSection = {
  title: 'Traffic over time',
  tables: [timeBucket],
  open() {
    const merged = new MergedSpans(DRAWN);
    let undated = 0;
    return {
      add(row) {
        const { time, span_s, packets, bytes, tcp_packets, udp_packets } = row as TimeBucketRow;
        const at = time === null ? Number.NaN : Date.parse(time);
        if (Number.isNaN(at)) undated += packets;
        else merged.add(at, span_s * 1000, { packets, bytes, tcp: tcp_packets, udp: udp_packets });
      },
      view(look) {
        const { numerals } = look;
        const { width: widthMs, spans } = merged.list();
        if (spans.length === 0) return none('No packet has a time.');
        const busiest = spans.reduce((most, one) => (one.bytes > most.bytes ? one : most));
        const lasts = formatSeconds(widthMs / 1000, numerals);
        const picture =
          spans.length < LEAST_DRAWN
            ? null
            : figure(
                {
                  title: `Bytes and packets per second, in steps of ${lasts}`,
                  description: `From ${iso(spans[0]!.at)} on. The busiest ${lasts} began at ${iso(busiest.at)}, with ${formatBytes(busiest.bytes / (widthMs / 1000), numerals)}/s and ${formatSignificant(busiest.packets / (widthMs / 1000), numerals)} packets per second.`,
                  draw: (width) => trafficTimeline(spans, widthMs, numerals, width),
                  legend: [
                    { tone: 'a', says: 'TCP, and all bytes' },
                    { tone: 'b', says: 'UDP' },
                    { tone: 'c', says: 'other packets' },
                  ],
                  isWide: true,
                },
                look,
              );
        const coarse = merged.list(LISTED);
        const rows = coarse.spans.map(({ at, packets, bytes, tcp, udp }): TimeBucketRow => {
          const seconds = coarse.width / 1000;
          return {
            time: new Date(at).toISOString(),
            rel_s: (at - coarse.spans[0]!.at) / 1000,
            span_s: seconds,
            packets,
            bytes,
            packet_rate: packets / seconds,
            byte_rate: bytes / seconds,
            tcp_packets: tcp,
            udp_packets: udp,
          };
        });
        const caption = `In steps of ${formatSeconds(coarse.width / 1000, numerals)}`;
        const left = undated === 0 ? null : none(`${numerals(undated, 0)} packets have no time, and are left out.`);
        return markup`${picture}${dataTable({ table: timeBucket, rows, caption, numerals })}${left}`;
      },
    };
  },
};

const iso = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, 19);
