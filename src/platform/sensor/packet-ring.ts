/** Where the current frame of a ring lies, and what the kernel says of it. */
export interface RingFrame {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** The address of `bytes[0]`. */
  readonly address: number;
  /** The offset of the frame, and how many bytes of it there are. */
  at: number;
  captured: number;
  /** The bytes that it had on the wire, and when it came. */
  length: number;
  seconds: number;
  micros: number;
  /** Where the block ends that it is in. */
  limit: number;
}

/** What a ring is told of the capture that it belongs to. */
export interface RingTraits {
  readonly snapLength: number;
  /** Whether frames have an Ethernet header, into which the kernel's VLAN tag belongs. */
  readonly isEthernet: boolean;
  /** The index of the loopback interface, which hands out each frame twice; -1 where that is not known. */
  readonly loopback: number;
}

// include/uapi/linux/if_packet.h: struct tpacket_block_desc, by words of 32 bits
const VERSION = 0;
const STATUS = 2;
const PACKETS = 3;
const FIRST = 4;
const SEQUENCE = 6;
const TPACKET_V3 = 2;
const TP_STATUS_USER = 1;
const TP_STATUS_KERNEL = 0;
/** The time of a block was over before it was full. */
const TP_STATUS_BLK_TMO = 32;
// struct tpacket3_hdr and the struct sockaddr_ll after it, by bytes
const NEXT = 0;
const SECONDS = 4;
const NANOS = 8;
const CAPTURED = 12;
const LENGTH = 16;
const FRAME_STATUS = 20;
const MAC = 24;
const VLAN_TAG = 32;
const VLAN_PROTOCOL = 36;
const INTERFACE = 52;
const DIRECTION = 58;
const VLAN_VALID = 16;
const VLAN_PROTOCOL_VALID = 64;
const PACKET_OUTGOING = 4;
const ETH_P_8021Q = 0x8100;
/** Both addresses, after which the tag stands; and the length of one. */
const ADDRESSES = 12;
const TAG = 4;
/** libpcap's blocks are so long, or longer by a power of two: each holds the longest frame. */
const LEAST_BLOCK = 256 * 1024;
/** The kernel opens the next block just after it has handed out one, on another processor perhaps: some milliseconds. */
const MOST_LOOKS = 100_000;

/**
 * The memory that the kernel shares with libpcap's socket, read here in blocks. The binding calls back for each packet,
 * after two copies of it: that took as long as all the rest of a capture. Here frames stay where the kernel put them until
 * they are written. What libpcap does with a frame is done here too: the tag of a VLAN is put back, and the loopback's
 * second copy is left out.
 */
export class PacketRing implements RingFrame {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly address: number;
  at = 0;
  captured = 0;
  length = 0;
  seconds = 0;
  micros = 0;
  limit = 0;
  private readonly words: Int32Array;
  private readonly traits: RingTraits;
  /** The length of a block; 0 until the first shows it. */
  private block = 0;
  /** Where the next block begins. */
  private start = 0;

  constructor(memory: ArrayBuffer, address: number, traits: RingTraits) {
    this.bytes = new Uint8Array(memory);
    this.view = new DataView(memory);
    this.words = new Int32Array(memory);
    this.address = address;
    this.traits = traits;
  }

  /** Whether the kernel fills it by blocks, and there are at least two: before any is handed out. */
  get isOpen(): boolean {
    return this.words[VERSION] === TPACKET_V3 && this.bytes.length >= 2 * LEAST_BLOCK;
  }

  /** How many there are, once that is understood. */
  get blocks(): number {
    return this.bytes.length / Math.max(LEAST_BLOCK, this.block);
  }

  /** Whether the next block was handed out before it was full. */
  get isCalm(): boolean {
    return (this.words[(this.start >> 2) + STATUS]! & TP_STATUS_BLK_TMO) !== 0;
  }

  /** Whether the kernel has handed out the next block. */
  get isReady(): boolean {
    return (Atomics.load(this.words, (this.start >> 2) + STATUS) & TP_STATUS_USER) !== 0;
  }

  /**
   * Whether the blocks are as they are expected, once the first is ready: it shows how long they are, since the kernel
   * opens the next one then. When they are not, nothing was taken, and libpcap can read them.
   */
  isUnderstood(): boolean {
    for (let looks = 0; this.block === 0 && looks < MOST_LOOKS; looks++) this.block = this.findBlockLength();
    return this.block > 0;
  }

  private findBlockLength(): number {
    const { words, bytes } = this;
    const second = Atomics.load(words, SEQUENCE) + 1;
    for (let length = LEAST_BLOCK; length < bytes.length; length *= 2) {
      const isOpen = words[(length >> 2) + VERSION] === TPACKET_V3 && words[(length >> 2) + SEQUENCE] === second;
      if (isOpen && bytes.length % length === 0) return length;
    }
    return 0;
  }

  /**
   * Calls `take` for each frame of the next block, which is described here then, and gives the block back after
   * `afterwards`. `take` may write over what lies before a frame, and over some bytes after it.
   */
  readBlock(take: () => void, afterwards: () => void): void {
    const { start, words, view } = this;
    this.limit = start + this.block;
    let at = start + words[(start >> 2) + FIRST]!;
    let left = words[(start >> 2) + PACKETS]!;
    let next = left > 0 ? view.getUint32(at + NEXT, true) : 0;
    let seconds = left > 0 ? view.getUint32(at + SECONDS, true) : 0;
    for (; left > 0; left--) {
      const header = at;
      this.seconds = seconds;
      at += next;
      // before they are written over
      if (left > 1) {
        next = view.getUint32(at + NEXT, true);
        seconds = view.getUint32(at + SECONDS, true);
      }
      if (this.describe(header)) take();
    }
    afterwards();
    Atomics.store(words, (start >> 2) + STATUS, TP_STATUS_KERNEL);
    this.start = this.limit === this.bytes.length ? 0 : this.limit;
  }

  /** Whether the frame is one that libpcap would hand out. */
  private describe(header: number): boolean {
    const { view, traits } = this;
    if (view.getUint8(header + DIRECTION) === PACKET_OUTGOING) {
      if (view.getInt32(header + INTERFACE, true) === traits.loopback) return false;
    }
    let at = header + view.getUint16(header + MAC, true);
    let captured = view.getUint32(header + CAPTURED, true);
    let length = view.getUint32(header + LENGTH, true);
    this.micros = Math.floor(view.getUint32(header + NANOS, true) / 1000);
    const status = view.getUint32(header + FRAME_STATUS, true);
    const tag = view.getUint32(header + VLAN_TAG, true);
    if ((tag !== 0 || (status & VLAN_VALID) !== 0) && traits.isEthernet && captured >= ADDRESSES) {
      const told = view.getUint16(header + VLAN_PROTOCOL, true);
      const protocol = told !== 0 || (status & VLAN_PROTOCOL_VALID) !== 0 ? told : ETH_P_8021Q;
      // the kernel has left room for it, because libpcap asks for that
      at -= TAG;
      this.bytes.copyWithin(at, at + TAG, at + TAG + ADDRESSES);
      view.setUint16(at + ADDRESSES, protocol);
      view.setUint16(at + ADDRESSES + 2, tag);
      captured += TAG;
      length += TAG;
    }
    this.at = at;
    this.captured = Math.min(captured, traits.snapLength);
    this.length = length;
    return true;
  }
}
