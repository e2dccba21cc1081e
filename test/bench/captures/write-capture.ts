// usage: write-capture KIND FILE PACKETS: a capture of one kind of traffic, the same bytes each time.
import { FloodFile } from '../../support/flood.ts';
import { writeBulk } from './bulk.ts';
import { writeDns } from './dns.ts';
import { writeQuic } from './quic.ts';
import { writeScan } from './scan.ts';
import { writeVoip } from './voip.ts';

/** Writes about that many packets. */
type WriteTraffic = (file: FloodFile, packets: number) => void;

const KINDS: Readonly<Record<string, WriteTraffic>> = {
  bulk: writeBulk,
  dns: writeDns,
  quic: writeQuic,
  voip: writeVoip,
  scan: writeScan,
};

const [kind, name, packets] = process.argv.slice(2);
const file = new FloodFile(name!);
KINDS[kind!]!(file, Number(packets));
file.close();
