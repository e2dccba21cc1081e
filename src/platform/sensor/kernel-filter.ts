import fs from 'node:fs';
import type koffiModule from 'koffi';
import { openRequests } from '../linux/ifreq.ts';
import { type Libc, libc, loadKoffi } from '../linux/libc.ts';

// include/uapi/asm-generic/socket.h; packet(7), socket(7)
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
/** The same number, asked for: how many instructions are attached, and which. */
const SO_GET_FILTER = 26;
const SO_DETACH_FILTER = 27;
const SO_DOMAIN = 39;
const AF_PACKET = 17;
/** struct sock_filter. */
const INSTRUCTION = 8;
/** struct bpf_program and struct sock_fprog: how many instructions, and where they are. */
const PROGRAM = 16;
const POINTER_AT = 8;
/** IEEE 802's number for experiments in one's own network: nothing that is captured has it. */
export const UNUSED_PROTOCOL = 0x88b5;
const NETMASK_UNKNOWN = 0xffff_ffff;
const ERROR_BYTES = 256;
/** Of Linux. */
const DLT_RAW = 12;

/** The functions of libpcap that are used; each takes the address of a pcap_t. */
interface Pcap {
  create(device: string, error: Uint8Array): unknown;
  set_snaplen(pcap: unknown, length: number): number;
  set_buffer_size(pcap: unknown, bytes: number): number;
  set_protocol_linux(pcap: unknown, protocol: number): number;
  activate(pcap: unknown): number;
  open_dead(linkType: number, snapLength: number): unknown;
  get_selectable_fd(pcap: unknown): number;
  lookupnet(device: string, net: Uint8Array, mask: Uint8Array, error: Uint8Array): number;
  compile(pcap: unknown, program: Uint8Array, text: string, optimizes: number, mask: number): number;
  setfilter(pcap: unknown, program: Uint8Array): number;
  freecode(program: Uint8Array): void;
  geterr(pcap: unknown): string;
}

/** Instructions for the kernel, as it has them; empty for every packet. */
export type KernelProgram = Buffer;

/** Compiles the filters of a device. */
export interface FilterCompiler {
  /** Throws libpcap's message for a wrong filter. */
  compile(bpf: string): KernelProgram;
}

/**
 * Compiles filters for a device while it is captured from, and attaches them to the socket of that capture, which takes no
 * privilege; the binding can do neither. libpcap compiles for a device that it has opened, as the kernel keeps some of a
 * packet apart (VLAN tags). So it opens the device a second time here, for a protocol that nothing has, and the
 * instructions are those that the kernel was given for that second socket.
 */
export class KernelFilter implements FilterCompiler {
  private readonly pcap: Pcap;
  private readonly handle: unknown;
  private readonly mask: number;
  private readonly socket: number;

  /** While it may. Throws when that cannot be. */
  constructor(device: string, snapLength: number) {
    const pcap = functions();
    const error = Buffer.alloc(ERROR_BYTES);
    this.pcap = pcap;
    const handle = pcap.create(device, error);
    if (handle === null) throw new Error(wordsOf(error));
    pcap.set_snaplen(handle, snapLength);
    pcap.set_buffer_size(handle, 1);
    pcap.set_protocol_linux(handle, UNUSED_PROTOCOL);
    if (pcap.activate(handle) < 0) throw new Error(pcap.geterr(handle));
    this.handle = handle;
    this.socket = pcap.get_selectable_fd(handle);
    this.mask = maskOf(pcap, device);
  }

  compile(bpf: string): KernelProgram {
    return this.compileFor(bpf, this.mask);
  }

  /** Compiles for another device of the same link type, which takes no privilege. */
  forDevice(device: string): FilterCompiler {
    return { compile: (bpf) => this.compileFor(bpf, maskOf(this.pcap, device)) };
  }

  private compileFor(bpf: string, mask: number): KernelProgram {
    if (bpf === '') return Buffer.alloc(0);
    const { pcap, handle } = this;
    const program = Buffer.alloc(PROGRAM);
    if (pcap.compile(handle, program, bpf, 1, mask) < 0) throw new Error(pcap.geterr(handle));
    const status = pcap.setfilter(handle, program);
    pcap.freecode(program);
    if (status < 0) throw new Error(pcap.geterr(handle));
    const attached = attachedTo(this.socket);
    if (attached.length === 0) throw new Error('the kernel does not take a filter that is so long');
    return attached;
  }
}

/** Compiles for devices whose packets begin with the IP header, which takes no privilege. */
export function compilerOfRaw(device: string, snapLength: number): FilterCompiler {
  const pcap = functions();
  const handle = pcap.open_dead(DLT_RAW, snapLength);
  const c = libc();
  // the kernel reads the instructions where libpcap has them, for any socket
  const socket = openRequests(c);
  return {
    compile(bpf) {
      if (bpf === '') return Buffer.alloc(0);
      const program = Buffer.alloc(PROGRAM);
      if (pcap.compile(handle, program, bpf, 1, maskOf(pcap, device)) < 0) throw new Error(pcap.geterr(handle));
      const status = c.setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, program, PROGRAM);
      pcap.freecode(program);
      if (status < 0) throw new Error('the kernel does not take a filter that is so long');
      return attachedTo(socket);
    },
  };
}

/** The netmask of a device, as libpcap wants it. */
function maskOf(pcap: Pcap, device: string): number {
  const mask = Buffer.alloc(4);
  const isKnown = pcap.lookupnet(device, Buffer.alloc(4), mask, Buffer.alloc(ERROR_BYTES)) === 0;
  return isKnown ? mask.readUInt32LE(0) : NETMASK_UNKNOWN;
}

/** Has the kernel hand out only what the program passes, from now on. Throws what the system says. */
export function attachFilter(socket: number, program: KernelProgram): void {
  const c = libc();
  if (program.length === 0) {
    // none may be there
    c.setsockopt(socket, SOL_SOCKET, SO_DETACH_FILTER, Buffer.alloc(4), 4);
    return;
  }
  const instructions = Buffer.allocUnsafeSlow(program.length);
  program.copy(instructions);
  const given = Buffer.alloc(PROGRAM);
  given.writeUInt16LE(program.length / INSTRUCTION, 0);
  given.writeBigUInt64LE(c.address(instructions), POINTER_AT);
  if (c.setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, given, PROGRAM) < 0) {
    throw new Error(`the kernel refuses the filter: errno ${c.errno()}`);
  }
}

/** The instructions that the kernel runs for a socket. */
function attachedTo(socket: number): KernelProgram {
  const c = libc();
  const count = Buffer.alloc(4);
  if (c.getsockopt(socket, SOL_SOCKET, SO_GET_FILTER, Buffer.alloc(0), count) < 0) return Buffer.alloc(0);
  const program = Buffer.alloc(count.readUInt32LE(0) * INSTRUCTION);
  const read = program.length === 0 ? 0 : c.getsockopt(socket, SOL_SOCKET, SO_GET_FILTER, program, count);
  if (read < 0) throw new Error(`the filter cannot be read: errno ${c.errno()}`);
  return program;
}

/** The descriptors of this process that are packet sockets. Throws where there is no /proc. */
export function packetSockets(): ReadonlySet<number> {
  const c = libc();
  return new Set(
    fs
      .readdirSync('/proc/self/fd')
      .map(Number)
      .filter((fd) => isPacketSocket(c, fd)),
  );
}

function isPacketSocket(c: Libc, fd: number): boolean {
  const domain = Buffer.alloc(4);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(4);
  return c.getsockopt(fd, SOL_SOCKET, SO_DOMAIN, domain, length) === 0 && domain.readUInt32LE(0) === AF_PACKET;
}

let loaded: Pcap | null = null;

/** Of the very library that the binding has loaded. */
function functions(): Pcap {
  loaded ??= load();
  return loaded;
}

function load(): Pcap {
  const file = /\/\S*libpcap\S*\.so\S*/.exec(fs.readFileSync('/proc/self/maps', 'utf8'))?.[0];
  if (file === undefined) throw new Error('the pcap module has libpcap inside');
  const lib: ReturnType<typeof koffiModule.load> = loadKoffi().load(file);
  return {
    create: lib.func('void *pcap_create(const char *, _Out_ void *)'),
    set_snaplen: lib.func('int pcap_set_snaplen(void *, int)'),
    set_buffer_size: lib.func('int pcap_set_buffer_size(void *, int)'),
    set_protocol_linux: lib.func('int pcap_set_protocol_linux(void *, int)'),
    activate: lib.func('int pcap_activate(void *)'),
    open_dead: lib.func('void *pcap_open_dead(int, int)'),
    get_selectable_fd: lib.func('int pcap_get_selectable_fd(void *)'),
    lookupnet: lib.func('int pcap_lookupnet(const char *, _Out_ void *, _Out_ void *, _Out_ void *)'),
    compile: lib.func('int pcap_compile(void *, _Out_ void *, const char *, int, uint32_t)'),
    setfilter: lib.func('int pcap_setfilter(void *, const void *)'),
    freecode: lib.func('void pcap_freecode(_Inout_ void *)'),
    geterr: lib.func('const char *pcap_geterr(void *)'),
  };
}

const wordsOf = (error: Buffer): string => error.toString('latin1').split('\0', 1)[0]!;
