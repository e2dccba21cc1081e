import { roundOf } from './probe-rows.ts';

const MINUTE = 60_000;
const ROUNDS = 12 * 30;

/**
 * A history as --append makes it: thirty hours of two targets until `end`, every five minutes. The database refuses for an hour
 * and for ten minutes, and the machine slept for three hours.
 */
export function probeHistory(end: number): string {
  const lines: string[] = [];
  for (let n = 0; n < ROUNDS; n++) {
    const time = new Date(end - (ROUNDS - n) * 5 * MINUTE).toISOString();
    if (n >= 200 && n < 236) continue;
    const isDown = (n >= 100 && n < 112) || n === 300 || n === 301;
    const wave = 1 + Math.round(100 * Math.sin(n / 20) ** 2) / 100;
    const database = isDown
      ? roundOf('tcp://db.example.org:5432', [null, null, null], { time, detail: 'connection refused' })
      : roundOf('tcp://db.example.org:5432', [12 * wave, 14 * wave, n % 37 === 0 ? null : 13 * wave], { time });
    for (const row of [roundOf('icmp://192.0.2.1', [4 * wave, 5 * wave], { time }), database])
      lines.push(JSON.stringify({ type: 'probe', ...row }));
  }
  return `${lines.join('\n')}\n`;
}
