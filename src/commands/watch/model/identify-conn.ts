import type { AnyRow } from '../../../core/record/table.ts';
import type { ConnRow } from '../../../core/record/tables/conn.ts';

/** What two looks at the same socket have in common. */
export function identifyConn(row: ConnRow | AnyRow): string {
  const { proto, local_addr, local_port, remote_addr, remote_port, inode, netns } = row as ConnRow;
  return `${netns ?? ''} ${proto} ${local_addr} ${local_port} ${remote_addr} ${remote_port} ${inode}`;
}
