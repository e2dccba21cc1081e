import { describe, expect, test } from 'vitest';
import { blankSocket, type SocketDraft } from '../../../src/core/socket/blank-socket.ts';
import { fillFromMptcpInfo, fillFromUlpInfo } from '../../../src/platform/linux/mptcp-info.ts';
import { attribute, mangle, u8, u16, u32, u64, zeroEnded } from './netlink-bytes.ts';

type Fill = typeof fillFromUlpInfo;

const filled = (fill: Fill, bytes: Buffer, given: Partial<SocketDraft> = {}): SocketDraft => {
  const socket = Object.assign(blankSocket(), { state: 'ESTABLISHED' }, given);
  // attributes are padded to words
  const words = new Uint32Array(new Uint8Array(bytes.subarray(0, bytes.length & ~3)).buffer);
  fill(socket, words, 0, words.length);
  return socket;
};

/** struct mptcp_info of Linux 6.18. */
const info = (flags: number, total: number): Buffer =>
  Buffer.concat([
    u8(1, 0, 0, 2, 0, 2, 0, 0),
    u32(flags),
    u32(0x0c577a9a),
    u64(7n),
    u64(7n),
    u64(9n),
    u8(1, 2, 0, 0),
    u32(3), // retransmits
    u64(11n),
    u64(5000n),
    u64((1n << 32n) + 1n),
    u64(4990n),
    u8(total, 0, 0, 0),
    u32(1),
    u32(2),
    u32(3),
  ]);

const subflow = (flags: number, ...more: Buffer[]): Buffer =>
  Buffer.concat([
    attribute(1, zeroEnded('mptcp')),
    attribute(
      0x8000 | 3,
      attribute(1, u32(0x36cbae15)),
      attribute(2, u32(0xbc577a9a)),
      attribute(3, u32(5)),
      attribute(4, u64(6n)),
      attribute(7, u16(8)),
      attribute(8, u32(flags)),
      attribute(9, u8(7)),
      attribute(10, u8(5)),
      ...more,
    ),
  ]);

describe('a connection', () => {
  test('has its token, its subflows and its bytes, and none of those that sums add up', () => {
    expect(filled(fillFromMptcpInfo, info(2, 2))).toEqual({
      ...blankSocket(),
      state: 'ESTABLISHED',
      mptcp_role: 'connection',
      mptcp_token: '0c577a9a',
      mptcp_subflows: 2,
      mptcp_rx_bytes: 2 ** 32 + 1,
      mptcp_tx_bytes: 5000,
      bytes_acked: 4990,
      bytes_retrans: 11,
      retrans: 3,
    });
  });

  test('that fell back to TCP says so', () => {
    expect(filled(fillFromMptcpInfo, info(1, 1)).mptcp_role).toBe('fallback');
  });

  test('of a kernel that tells less leaves the rest unknown', () => {
    expect(filled(fillFromMptcpInfo, info(2, 2).subarray(0, 40))).toMatchObject({
      mptcp_token: '0c577a9a',
      mptcp_subflows: null,
      mptcp_rx_bytes: null,
      retrans: null,
    });
    expect(filled(fillFromMptcpInfo, info(2, 2).subarray(0, 12))).toMatchObject({ mptcp_role: null });
  });

  test('that listens is a listener, and has neither token nor counters', () => {
    expect(filled(fillFromMptcpInfo, info(2, 0), { state: 'LISTEN' })).toEqual({
      ...blankSocket(),
      state: 'LISTEN',
      mptcp_role: 'listener',
    });
  });
});

describe('a subflow', () => {
  test.each([
    [0b0_0100_0011, 'initial', 'none', 'Mme'],
    [0b1_1110_1100, 'joined', 'local', 'Jjbecv'],
    [0b0_0001_1000, 'joined', 'remote', 'jB'],
    [0b0_0011_0000, 'subflow', 'both', 'Bb'],
  ])('of flags %s is %s', (flags, role, backup, letters) => {
    expect(filled(fillFromUlpInfo, subflow(flags))).toEqual({
      ...blankSocket(),
      state: 'ESTABLISHED',
      mptcp_token: 'bc577a9a',
      mptcp_role: role,
      mptcp_backup: backup,
      mptcp_local_id: 5,
      mptcp_remote_id: 7,
      mptcp_flags: letters,
    });
  });

  test('another layer above TCP says nothing of MPTCP', () => {
    const tls = Buffer.concat([attribute(1, zeroEnded('tls')), attribute(0x8000 | 2, attribute(1, u16(3)))]);
    expect(filled(fillFromUlpInfo, tls)).toEqual({ ...blankSocket(), state: 'ESTABLISHED' });
  });

  test('a length that does not fit ends the reading', () => {
    const sound = subflow(3);
    for (const length of [0, 1, 3, 0xfffc, 0xffff]) {
      const damaged = Buffer.from(sound);
      damaged.writeUInt16LE(length, 12); // of the nest
      expect(filled(fillFromUlpInfo, damaged).mptcp_role).toBeNull();
    }
  });
});

test('bad bytes are never read past their end', () => {
  const reading = (fill: Fill) => (data: Buffer, start: number, end: number) => {
    const words = new Uint32Array(new Uint8Array(data).buffer, 0, data.length >>> 2);
    const socket = Object.assign(blankSocket(), { state: 'ESTABLISHED' });
    fill(socket, words, start >>> 2, end >>> 2);
    return socket;
  };
  for (const fill of [fillFromUlpInfo, fillFromMptcpInfo]) {
    mangle(fill === fillFromUlpInfo ? subflow(3) : info(2, 2), reading(fill));
  }
});
