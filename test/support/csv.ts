/** Cells of a line of CSV (RFC 4180). */
export function csvCells(line: string): readonly string[] {
  const cells = `${line},`.matchAll(/(?:"((?:[^"]|"")*)"|([^,]*)),/g);
  return [...cells].map(([, quoted, plain]) => (quoted?.replaceAll('""', '"') ?? plain)!);
}
