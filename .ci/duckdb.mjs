// Stands for DuckDB's own program, by its library: `duckdb [-json] -c SQL` prints what the query answers.
import { DuckDBInstance } from '@duckdb/node-api';

const words = process.argv.slice(2);
const isJson = words[0] === '-json';
const [option, sql, ...more] = isJson ? words.slice(1) : words;
if (option !== '-c' || sql === undefined || more.length > 0) throw new Error(`not understood: ${words.join(' ')}`);
const connection = await (await DuckDBInstance.create(':memory:')).connect();
const answer = await connection.runAndReadAll(sql);
const rows = [answer.columnNames(), ...answer.getRowsJson()];
process.stdout.write(
  isJson ? JSON.stringify(answer.getRowObjectsJson()) : rows.map((row) => `${row.join('|')}\n`).join(''),
);
