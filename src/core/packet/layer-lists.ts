import { type ByteText, constant } from '../net/byte-text.ts';
import { REGISTRY } from '../wire/all-protocols.ts';
import type { Packet } from '../wire/packet.ts';
import { layersOf } from '../wire/packet-text.ts';

/** Lists that are kept: captures repeat a few dozen. */
const MOST_LISTS = 4096;

/** Layers from the outside: the list that ends here, once it was written, and those that go on. */
interface Step {
  list: Uint8Array | null;
  readonly next: (Step | undefined)[];
}

const newStep = (): Step => ({ list: null, next: new Array(REGISTRY.byId.length).fill(undefined) });

/** Writes the names of a packet's layers as a list of JSON, found by walking from layer to layer. */
export class LayerLists {
  private readonly first = newStep();
  private steps = 0;

  write(out: ByteText, packet: Packet): void {
    const { layerCount, layerProtocol, layerQuoted } = packet;
    let step = this.first;
    for (let layer = 0; layer < layerCount; layer++) {
      if (layerQuoted[layer] !== 0) continue;
      let next = step.next[layerProtocol[layer]!];
      if (next === undefined) {
        if (this.steps === MOST_LISTS) {
          out.ascii(JSON.stringify(layersOf(packet)));
          return;
        }
        this.steps++;
        next = newStep();
        step.next[layerProtocol[layer]!] = next;
      }
      step = next;
    }
    step.list ??= constant(JSON.stringify(layersOf(packet)));
    out.constant(step.list);
  }
}
