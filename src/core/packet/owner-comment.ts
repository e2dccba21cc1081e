import type { PacketOwner } from './packet-owners.ts';

/** Who sent and who received a packet, as far as it is known. */
export interface NotedOwners {
  readonly sender: PacketOwner | null;
  readonly receiver: PacketOwner | null;
}

/** Begins each line, so that no comment of somebody else is taken for one of netwatch. */
const MARK = 'netwatch: ';
const LONGEST_NAME = 256;
const LONGEST_USER = 64;
/** Both lines at their longest. */
const LONGEST_COMMENT = 1024;
const HIGHEST_PID = 2 ** 31 - 1;
const LINE = new RegExp(
  `^${MARK}(from|to) (?:(.{1,${LONGEST_NAME}}) )?\\((\\d{1,10})\\)(?: of (.{1,${LONGEST_USER}}))?$`,
  'u',
);

/** The comment about them, a line each: `netwatch: from curl (1234) of root`, `netwatch: to nginx (99)`. Null without any. */
export function formatOwners({ sender, receiver }: NotedOwners): string | null {
  const lines: string[] = [];
  if (sender !== null) lines.push(`${MARK}from ${describe(sender)}`);
  if (receiver !== null) lines.push(`${MARK}to ${describe(receiver)}`);
  return lines.length === 0 ? null : lines.join('\n');
}

/** What such a comment says, whatever stands in other lines of it; null when it says nothing. */
export function parseOwners(comment: string): NotedOwners | null {
  if (!comment.includes(MARK)) return null;
  let sender: PacketOwner | null = null;
  let receiver: PacketOwner | null = null;
  for (const line of comment.slice(0, LONGEST_COMMENT).split('\n')) {
    const [whole, way, process = null, digits, user = null] = LINE.exec(line) ?? [];
    const pid = Number(digits);
    if (whole === undefined || pid > HIGHEST_PID) continue;
    if (way === 'from') sender ??= { pid, process, user };
    else receiver ??= { pid, process, user };
  }
  return sender === null && receiver === null ? null : { sender, receiver };
}

function describe({ pid, process, user }: PacketOwner): string {
  const name = process === null ? '' : `${oneLine(process, LONGEST_NAME)} `;
  return `${name}(${pid})${user === null ? '' : ` of ${oneLine(user, LONGEST_USER)}`}`;
}

/** A process may choose a name that would begin another line. */
function oneLine(text: string, longest: number): string {
  return [...text.replace(/[\p{Cc}\u2028\u2029]/gu, '?')].slice(0, longest).join('');
}
