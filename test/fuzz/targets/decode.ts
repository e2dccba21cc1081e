import { decodeText, dumpText } from '../../../src/core/packet/packet-decode.ts';
import { PacketRows } from '../../../src/core/packet/packet-rows.ts';
import { packet as packetTable } from '../../../src/core/record/tables/packet.ts';
import { REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { checkRow, checkShown } from '../checks.ts';
import { checkDissector } from '../dissector-faults.ts';
import { FrameSource, makePackets } from '../packets.ts';
import type { Target } from '../target.ts';

/** Packets as records and as text, as `capture`, `capture -V` and `capture -x` make them. */
export const decode: Target = {
  name: 'decode',
  share: 24,
  open(corpus) {
    const source = new FrameSource();
    return {
      make: (prng) => makePackets(prng, corpus),
      run(input) {
        const dissector = new Dissector(REGISTRY);
        const rows = new PacketRows();
        source.feed(input, (packet) => {
          dissector.dissect(packet);
          rows.see(packet);
          checkRow(packetTable, rows.row(packet));
          checkShown(decodeText(packet, dissector.faults), 'capture -V');
          if (packet.number % 8 === 0) checkShown(dumpText(packet), 'capture -x');
        });
        checkDissector(dissector);
      },
    };
  },
};
