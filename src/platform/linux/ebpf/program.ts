/** How the bytes of sockets are met: by tracepoints since Linux 6.3, by kprobes before. */
export type ProbeKind = 'tracepoints' | 'kprobes';

/** How often the program looks whether the maps of bytes can take turns, in milliseconds. */
const TICK_MS = 50;
/** How many heartbeats after a moment all that happened before it has been said: one is not enough, as processors are read in turn. */
export const BEATS = 2;
/** Keys of a map; a count and its sum take one each. */
export const MOST_KEYS = 16_384;

/*
 * Lines that are printed; every name stands last, for it may hold any byte. Addresses of IPv4 may be mapped ones.
 *
 *   S time sock inode pid uid protocol local port remote port(network order) exe/comm   a process sent or received
 *   P time sock inode pid uid state local port remote port exe/comm                     a process changed the state of TCP,
 *                                                                                       unless it was named just before
 *   E time sock inode local port remote port                                            a connection was answered
 *   C time sock state local port remote port rx tx retrans segments_in segments_out     TCP closed, from this state
 *   H time                                                                              all counted before has been said
 *
 * and the maps @t0, @t1 (sent) and @r0, @r1 (received): [turn, inode, pid] → calls and bytes of one turn.
 *
 * Bytes: TCP counts its own (struct tcp_sock), so that only what it ended with is printed. For all else a map counts each
 * processor by itself (stats), and nothing is lost where two threads send at once. A print and a clear are done by bpftrace
 * when it comes to them, and what is counted between the two would be lost, so two maps take turns: one counts while the
 * other rests for a tick, is printed and cleared. They change places only when bpftrace has done that, which it shows by
 * clearing @busy. The turn is part of the key, so that a map printed twice, as one of its orders was lost, is counted once.
 *
 * Who: only where the kernel works for a process. Most changes of state happen in softirq, on top of anybody: there no
 * process is named. Those to SYN_SENT, LISTEN, FIN_WAIT1 and LAST_ACK are made by connect, listen and close, and kernel
 * threads (PF_KTHREAD), who may close for others, are left out.
 *
 * Only sockets of the network namespace with inode $1 are looked at.
 */

const HERE = '->__sk_common.skc_net.net->ns.inum == $1';
const INODE = '((struct socket_alloc *)$sk->sk_socket)->vfs_inode.i_ino';
const NAMES = 'str(curtask->mm->exe_file->f_path.dentry->d_name.name), comm';

/** Counts `bytes`, where `counts` holds, and says now and then who moves them. */
const moved = (map: 't' | 'r', bytes: string, counts: string): string => `
    $inode = ${INODE};
    if ${counts} {
      $turn = @turn;
      if (($turn & 1) == 0) { @${map}0[$turn, $inode, pid] = stats(${bytes}); }
      else { @${map}1[$turn, $inode, pid] = stats(${bytes}); }
    }
    if (@said[$inode, pid] == 0) {
      @said[$inode, pid] = 1;
      if ($sk->__sk_common.skc_family == 2) {
        printf("S %llu %llx %llu %d %d %d %s %d %s %d %s/%s", nsecs, (uint64)$sk, $inode, pid, uid, $sk->sk_protocol,
          ntop($sk->__sk_common.skc_rcv_saddr), $sk->__sk_common.skc_num,
          ntop($sk->__sk_common.skc_daddr), $sk->__sk_common.skc_dport, ${NAMES});
      } else {
        printf("S %llu %llx %llu %d %d %d %s %d %s %d %s/%s", nsecs, (uint64)$sk, $inode, pid, uid, $sk->sk_protocol,
          ntop($sk->__sk_common.skc_v6_rcv_saddr.in6_u.u6_addr8), $sk->__sk_common.skc_num,
          ntop($sk->__sk_common.skc_v6_daddr.in6_u.u6_addr8), $sk->__sk_common.skc_dport, ${NAMES});
      }
    }`;

/** net/socket.c; MSG_PEEK (2) and MSG_ERRQUEUE (0x2000) take nothing from a socket. */
const TRACEPOINTS = `
tracepoint:sock:sock_send_length /(args->family == 2 || args->family == 10) && args->ret >= 0/ {
  $sk = (struct sock *)args->sk;
  if ($sk${HERE}) {${moved('t', 'args->ret', '(args->protocol != 6)')}
  }
}
tracepoint:sock:sock_recv_length
/(args->family == 2 || args->family == 10) && args->ret >= 0 && (args->flags & 0x2002) == 0/ {
  $sk = (struct sock *)args->sk;
  if ($sk${HERE}) {${moved('r', 'args->ret', '(args->protocol != 6)')}
  }
}
`;

/** TCP and UDP only. skb_consume_udp is told a negative length when a datagram was only looked at. */
const KPROBES = `
kprobe:udp_sendmsg, kprobe:udpv6_sendmsg { @sock[tid] = arg0; }
kretprobe:udp_sendmsg, kretprobe:udpv6_sendmsg /@sock[tid] != 0/ {
  $sk = (struct sock *)@sock[tid];
  delete(@sock[tid]);
  $bytes = (int32)retval;
  if ($sk${HERE} && $bytes >= 0) {${moved('t', '$bytes', '(1)')}
  }
}
kprobe:skb_consume_udp {
  $sk = (struct sock *)arg0;
  $bytes = (int32)arg2;
  if ($sk${HERE} && $bytes >= 0) {${moved('r', '$bytes', '(1)')}
  }
}
kprobe:tcp_sendmsg, kprobe:tcp_cleanup_rbuf {
  $sk = (struct sock *)arg0;
  if ($sk${HERE} && (curtask->flags & 0x200000) == 0) {${moved('t', '0', '(0)')}
  }
}
`;

/** Numbers of include/net/tcp_states.h. */
const STATES = `
tracepoint:sock:inet_sock_set_state /args->protocol == 6/ {
  $sk = (struct sock *)args->skaddr;
  if ($sk${HERE}) {
    $new = args->newstate;
    $inode = $sk->sk_socket == 0 ? 0 : ${INODE};
    if (($new == 2 || (($new == 10 || $new == 4 || $new == 9) && @said[$inode, pid] == 0))
        && (curtask->flags & 0x200000) == 0) {
      printf("P %llu %llx %llu %d %d %d %s %d %s %d %s/%s", nsecs, (uint64)$sk, $inode, pid, uid, $new,
        ntop(args->saddr_v6), args->sport, ntop(args->daddr_v6), args->dport, ${NAMES});
    }
    if ($new == 1 && args->oldstate == 2) {
      printf("E %llu %llx %llu %s %d %s %d", nsecs, (uint64)$sk, $inode,
        ntop(args->saddr_v6), args->sport, ntop(args->daddr_v6), args->dport);
    }
    if ($new == 7) {
      $tcp = (struct tcp_sock *)args->skaddr;
      printf("C %llu %llx %d %s %d %s %d %llu %llu %llu %u %u", nsecs, (uint64)$sk, args->oldstate,
        ntop(args->saddr_v6), args->sport, ntop(args->daddr_v6), args->dport,
        $tcp->bytes_received, $tcp->bytes_sent, $tcp->bytes_retrans, $tcp->segs_in, $tcp->segs_out);
    }
  }
}
`;

/**
 * @busy: 0, the other map is empty; 1, it has begun to rest; 2 and more, bpftrace was told to print and clear it, so many
 * ticks ago. A heartbeat also ends bpftrace when nobody reads any more: it dies of the broken pipe.
 */
const TURNS = `
interval:ms:${TICK_MS} {
  if (@busy == 0) {
    @busy = 1;
    @turn++;
    @since = nsecs;
  } else if (@busy == 1 || @busy > 20) {
    @busy = 2;
    if ((@turn & 1) == 0) { print(@t1); clear(@t1); print(@r1); clear(@r1); }
    else { print(@t0); clear(@t0); print(@r0); clear(@r0); }
    printf("H %llu", @since);
    clear(@busy);
  } else { @busy++; }
}
interval:s:2 { clear(@said); }
`;

/** The program, in bpftrace's language, for bpftrace 0.17 and newer. */
export const PROGRAMS: Readonly<Record<ProbeKind, string>> = {
  tracepoints: TRACEPOINTS + STATES + TURNS,
  kprobes: KPROBES + STATES + TURNS,
};
