import { HEADER_REGISTRY, REGISTRY } from '../../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../../src/core/wire/dissector.ts';
import { checkDissector } from '../dissector-faults.ts';
import { FrameSource, makePackets } from '../packets.ts';
import type { Target } from '../target.ts';

/** Nothing but the dissector, with and without applications. */
export const dissect: Target = {
  name: 'dissect',
  share: 400,
  open(corpus) {
    const source = new FrameSource();
    return {
      make: (prng) => makePackets(prng, corpus),
      run(input) {
        const isHeaders = input.pieces.length % 8 === 7;
        const dissector = new Dissector(isHeaders ? HEADER_REGISTRY : REGISTRY);
        source.feed(input, (packet) => dissector.dissect(packet));
        checkDissector(dissector);
      },
    };
  },
};
