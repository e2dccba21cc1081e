// Stands for ClickHouse's own program, by its library: `clickhouse local -q SQL` prints what the query answers.
import { query } from 'chdb';

const [command, option, sql, ...more] = process.argv.slice(2);
if (command !== 'local' || option !== '-q' || sql === undefined || more.length > 0)
  throw new Error(`not understood: ${process.argv.slice(2).join(' ')}`);
process.stdout.write(query(sql, 'TabSeparated'));
