# bash completion for netwatch; made by: netwatch completion bash
_netwatch() {
  local whole='' prev='' command='' word
  # since bash 4 words are split at = and : as well; here they become whole again
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ $word == [=:]* || $whole == *[=:] && $word == [!-]* ]]; then
      whole+=$word
      continue
    fi
    prev=$whole whole=$word
    case $command:$prev in
      :conns|:ifaces|:capture|:follow|:stats|:probe|:export|:insights|:watch|:whois|:fields|:schema|:completion|:doctor|:config) command=$prev ;;
      export:packets) command='export packets' ;;
      export:conns) command='export conns' ;;
      export:streams) command='export streams' ;;
      export:snapshot) command='export snapshot' ;;
      export:diff) command='export diff' ;;
      export:history) command='export history' ;;
      export:events) command='export events' ;;
      export:metrics) command='export metrics' ;;
    esac
  done
  # cur is to be completed, head stands before it, and kept is what readline does not replace
  local cur=$whole head='' kept='' breaks=${COMP_WORDBREAKS//[!=:]}
  [[ $breaks ]] && kept=${whole%"${whole##*[$breaks]}"}
  [[ $whole == --*=* ]] && prev=${whole%%=*} cur=${whole#*=} head=$prev=
  COMPREPLY=()
  case $command in
    'conns') _netwatch_conns ;;
    'ifaces') _netwatch_ifaces ;;
    'capture') _netwatch_capture ;;
    'follow') _netwatch_follow ;;
    'stats') _netwatch_stats ;;
    'probe') _netwatch_probe ;;
    'export') _netwatch_export ;;
    'export packets') _netwatch_export_packets ;;
    'export conns') _netwatch_export_conns ;;
    'export streams') _netwatch_export_streams ;;
    'export snapshot') _netwatch_export_snapshot ;;
    'export diff') _netwatch_export_diff ;;
    'export history') _netwatch_export_history ;;
    'export events') _netwatch_export_events ;;
    'export metrics') _netwatch_export_metrics ;;
    'insights') _netwatch_insights ;;
    'watch') _netwatch_watch ;;
    'whois') _netwatch_whois ;;
    'fields') _netwatch_fields ;;
    'schema') _netwatch_schema ;;
    'completion') _netwatch_completion ;;
    'doctor') _netwatch_doctor ;;
    'config') _netwatch_config ;;
    *) _netwatch_words 'conns ifaces capture follow stats probe export insights watch whois fields schema completion doctor config --help --version' ;;
  esac
}

# offers the words of $1 that begin with what was typed
_netwatch_words() {
  local word words
  read -r -d '' -a words <<< "$1"
  for word in "${words[@]}"; do
    [[ $word == "$cur"* ]] && word=$head$word && COMPREPLY+=("${word#"$kept"}")
  done
  # a scheme is where a target begins
  [[ ${COMPREPLY-} == *:// ]] && compopt -o nospace 2>/dev/null
  return 0
}

# offers them for the last item of a comma-separated list
_netwatch_list() {
  [[ $cur == *,* ]] && head+=${cur%,*}, cur=${cur##*,}
  _netwatch_words "$1"
  compopt -o nospace 2>/dev/null
}

_netwatch_files() {
  compopt -o default 2>/dev/null || COMPREPLY=($(compgen -f -- "$cur"))
}

_netwatch_conns() {
  local fields
  case " ${COMP_WORDS[*]} " in
    *' --events'[\ =]*) fields='event previous_state time proto family state local_addr local_port remote_addr remote_port pid process cmdline uid user inode rx_queue tx_queue rx_bytes tx_bytes rx_packets tx_packets rx_rate tx_rate rtt_ms rttvar_ms min_rtt_ms retrans lost cwnd mss iface first_seen age_s remote_host service app server_name geo_country container cgroup netns stream source attribution pids exe comm process_start congestion bytes_acked bytes_retrans delivery_rate retransmits rmem_bytes wmem_bytes rcvbuf_bytes sndbuf_bytes drops community_id geo_city asn as_org mptcp_token mptcp_role mptcp_subflows mptcp_rx_bytes mptcp_tx_bytes mptcp_backup mptcp_local_id mptcp_remote_id mptcp_flags' ;;
    *' --summary'[\ =]*) fields='time by key conns established listening remotes rx_bytes tx_bytes rx_rate tx_rate rtt_avg_ms rtt_p50_ms rtt_p95_ms rtt_p99_ms retrans pids processes session share_pct' ;;
    *) fields='time proto family state local_addr local_port remote_addr remote_port pid process cmdline uid user inode rx_queue tx_queue rx_bytes tx_bytes rx_packets tx_packets rx_rate tx_rate rtt_ms rttvar_ms min_rtt_ms retrans lost cwnd mss iface first_seen age_s remote_host service app server_name geo_country container cgroup netns stream source attribution pids exe comm process_start congestion bytes_acked bytes_retrans delivery_rate retransmits rmem_bytes wmem_bytes rcvbuf_bytes sndbuf_bytes drops community_id geo_city asn as_org mptcp_token mptcp_role mptcp_subflows mptcp_rx_bytes mptcp_tx_bytes mptcp_backup mptcp_local_id mptcp_remote_id mptcp_flags' ;;
  esac
  case $prev in
    --port) : ;;
    --pid) _netwatch_words "$(ps -Ao pid= 2>/dev/null)" ;;
    --process) : ;;
    --state) _netwatch_list 'ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING UNCONN' ;;
    --user) : ;;
    --interface|-i) _netwatch_words "$(ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null)" ;;
    --append) _netwatch_files ;;
    --append-max) : ;;
    --summary) _netwatch_words 'process pid remote state port user interface path session subflow' ;;
    --geoip) _netwatch_files ;;
    --redact) _netwatch_list 'ips hosts macs payload' ;;
    --redact-key) _netwatch_files ;;
    --keylog) _netwatch_files ;;
    --netns) _netwatch_words "$(ls /run/netns 2>/dev/null)" ;;
    --read|-r) _netwatch_files ;;
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical markdown prometheus' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --interval) : ;;
    --count|-c) : ;;
    --duration) : ;;
    --expect) : ;;
    --fail-on) : ;;
    --wait) : ;;
    --timeout) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    --root) _netwatch_files ;;
    *) _netwatch_words '--tcp --udp --mptcp --listen --established --ipv4 -4 --ipv6 -6 --port --pid --process --state --user --interface -i --events --append --append-max --summary --coverage --packets --resolve --numeric -n --geoip --redact --redact-key --keylog --ebpf --no-ebpf --netns --read -r --output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --interval --count -c --duration --expect --fail-on --wait --timeout --color --lang --quiet -q --verbose -v --config --root --help -h --version' ;;
  esac
}

_netwatch_ifaces() {
  local fields
  case " ${COMP_WORDS[*]} " in
    *' --routes'[\ =]*) fields='family dst gateway iface metric src scope proto table kind from weight flags tos mtu_bytes expires_s pref' ;;
    *' --dns'[\ =]*) fields='addr port iface search source' ;;
    *' --neighbors'[\ =]*) fields='addr mac iface state host vendor' ;;
    *' --tunnels'[\ =]*) fields='time iface kind state peer pid process proto local_addr local_port remote_addr remote_port outer_iface outer_flows inner rx_bytes tx_bytes last_handshake handshake_age_s up_since reconnects' ;;
    *' --host'[\ =]*) fields='hostname os kernel uptime_s gateway dns' ;;
    *) fields='time name index kind state ipv4 ipv6 mac mtu speed_mbps duplex rx_bytes tx_bytes rx_packets tx_packets rx_errors tx_errors rx_dropped tx_dropped collisions multicast rx_rate tx_rate rx_packet_rate tx_packet_rate flags master parent alias default_route vendor' ;;
  esac
  case $prev in
    --table) _netwatch_words 'main local default all' ;;
    --interface|-i) _netwatch_words "$(ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null)" ;;
    --redact) _netwatch_list 'ips hosts macs payload' ;;
    --redact-key) _netwatch_files ;;
    --netns) _netwatch_words "$(ls /run/netns 2>/dev/null)" ;;
    --read|-r) _netwatch_files ;;
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical markdown prometheus' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --interval) : ;;
    --count|-c) : ;;
    --duration) : ;;
    --expect) : ;;
    --fail-on) : ;;
    --wait) : ;;
    --timeout) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    --root) _netwatch_files ;;
    *) _netwatch_words '--routes --table --dns --neighbors --tunnels --host --up --interface -i --resolve --numeric -n --redact --redact-key --netns --read -r --output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --interval --count -c --duration --expect --fail-on --wait --timeout --color --lang --quiet -q --verbose -v --config --root --help -h --version' ;;
  esac
}

_netwatch_capture() {
  local fields
  case " ${COMP_WORDS[*]} " in
    *' --devices'[\ =]*) fields='name kind state ipv4 ipv6 is_default' ;;
    *) fields='number time rel_s iface link length captured src src_port dst dst_port proto layers info stream severity expert pid process delta_s transport tcp_flags payload_bytes truncated malformed comment src_host dst_host eth.src eth.dst eth.addr eth.type vlan.id vlan.priority arp.opcode ip.version ip.src ip.dst ip.addr ip.hdr_len ip.dsfield.dscp ip.len ip.id ip.flags.df ip.flags.mf ip.frag_offset ip.ttl ip.proto ipv6.src ipv6.dst ipv6.addr ipv6.tclass ipv6.flow ipv6.plen ipv6.nxt ipv6.hlim icmp.type icmp.code icmpv6.type icmpv6.code tcp.srcport tcp.dstport tcp.port tcp.stream tcp.len tcp.seq tcp.seq_raw tcp.ack tcp.ack_raw tcp.window_size tcp.window_size_value tcp.flags tcp.flags.fin tcp.flags.syn tcp.flags.reset tcp.flags.push tcp.flags.ack tcp.flags.urg tcp.flags.ece tcp.flags.cwr udp.srcport udp.dstport udp.port udp.stream udp.length data dns.id dns.flags dns.flags.response dns.flags.opcode dns.flags.authoritative dns.flags.truncated dns.flags.recdesired dns.flags.recavail dns.flags.z dns.flags.authenticated dns.flags.checkdisable dns.flags.rcode dns.count.queries dns.count.answers dns.qry.name dns.qry.type http http.request http.request.method http.request.uri http.request.version http.host http.user_agent http.referer http.content_type http.server http.location http.response http.response.code http.response.phrase http.response.version tls.handshake tls.handshake.type tls.handshake.extensions_server_name' ;;
  esac
  case $prev in
    --read|-r) _netwatch_files ;;
    --interface|-i) _netwatch_words "$(ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null)" ;;
    --keylog) _netwatch_files ;;
    --expect) : ;;
    --fail-on) : ;;
    --bpf) : ;;
    --snaplen|-s) : ;;
    --buffer) : ;;
    --engine) _netwatch_words 'pcap tcpdump dumpcap' ;;
    --sandbox) _netwatch_words 'on strict off' ;;
    --write|-w) _netwatch_files ;;
    --as) _netwatch_words 'pcap pcapng' ;;
    --rotate-size) : ;;
    --rotate-time) : ;;
    --rotate-keep) : ;;
    --redact) _netwatch_list 'ips hosts macs payload' ;;
    --redact-key) _netwatch_files ;;
    --process) : ;;
    --duration) : ;;
    --count|-c) : ;;
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    --root) _netwatch_files ;;
    *) _netwatch_words '--read -r --interface -i --keylog --expect --fail-on --bpf --snaplen -s --buffer --no-promisc -p --engine --sandbox --reconnect --ebpf --no-ebpf --write -w --as --force --discard-secrets --rotate-size --rotate-time --rotate-keep --packet-buffered -U --annotate --resolve --numeric -n --redact --redact-key --process --duration --count -c --devices -D --decode -V --hex -x --output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --color --lang --quiet -q --verbose -v --config --root --help -h --version' ;;
  esac
}

_netwatch_follow() {
  local fields='stream proto a_addr a_port b_addr b_port packets a_packets b_packets a_bytes b_bytes first last duration_s state handshake_ms syn_synack_ms synack_ack_ms app server_name gaps truncated missing_bytes retransmissions pid process a_host b_host community_id'
  case $prev in
    --read|-r) _netwatch_files ;;
    --interface|-i) _netwatch_words "$(ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null)" ;;
    --keylog) _netwatch_files ;;
    --expect) : ;;
    --fail-on) : ;;
    --redact) _netwatch_list 'ips hosts macs payload' ;;
    --redact-key) _netwatch_files ;;
    --bpf) : ;;
    --snaplen|-s) : ;;
    --buffer) : ;;
    --engine) _netwatch_words 'pcap tcpdump dumpcap' ;;
    --sandbox) _netwatch_words 'on strict off' ;;
    --duration) : ;;
    --stream) : ;;
    --as) _netwatch_words 'text hex raw ndjson' ;;
    --dir) _netwatch_words 'both a b' ;;
    --write|-w) _netwatch_files ;;
    --max-segments) : ;;
    --max-bytes) : ;;
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--read -r --interface -i --keylog --expect --fail-on --resolve --numeric -n --redact --redact-key --bpf --snaplen -s --buffer --no-promisc -p --engine --sandbox --reconnect --ebpf --no-ebpf --duration --list --all --stream --tcp --udp --tls --as --dir --write -w --force --max-segments --max-bytes --output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --color --lang --quiet -q --verbose -v --config --help -h --version' ;;
  esac
}

_netwatch_stats() {
  local fields='path proto depth packets bytes packets_pct bytes_pct'
  case $prev in
    --by) _netwatch_list 'protocols summary conversations endpoints processes ports dns http tls quic tunnels handshakes expert packet_lengths time all' ;;
    --read|-r) _netwatch_files ;;
    --interface|-i) _netwatch_words "$(ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null)" ;;
    --keylog) _netwatch_files ;;
    --geoip) _netwatch_files ;;
    --redact) _netwatch_list 'ips hosts macs payload' ;;
    --redact-key) _netwatch_files ;;
    --bpf) : ;;
    --snaplen|-s) : ;;
    --buffer) : ;;
    --engine) _netwatch_words 'pcap tcpdump dumpcap' ;;
    --sandbox) _netwatch_words 'on strict off' ;;
    --bucket) : ;;
    --out) _netwatch_files ;;
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical markdown html' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --interval) : ;;
    --count|-c) : ;;
    --duration) : ;;
    --expect) : ;;
    --fail-on) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--by --read -r --interface -i --keylog --resolve --numeric -n --geoip --redact --redact-key --bpf --snaplen -s --buffer --no-promisc -p --engine --sandbox --reconnect --ebpf --no-ebpf --bucket --out --force --output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --interval --count -c --duration --expect --fail-on --color --lang --quiet -q --verbose -v --config --help -h --version' ;;
  esac
}

_netwatch_probe() {
  local fields='time target kind addr sent received loss_pct rtt_min_ms rtt_avg_ms rtt_max_ms rtt_stddev_ms jitter_ms ok detail state rtt_p50_ms rtt_p95_ms method host since uptime_pct outages outage_s reordered duplicates dns_ms connect_ms tls_ms first_byte_ms total_ms http_status body_bytes body_rate rcode answers authentic tls_version tls_cipher tls_issuer tls_subject tls_expires tls_days tls_certificates tls_alpn mapped_addr mapped_port nat offset_ms stratum hops mtu_bytes local_addr path_changes iface iface_rx_rate iface_tx_rate direct overhead_ms overhead_loss_pct'
  case $prev in
    --count|-c) : ;;
    --interval) : ;;
    --timeout) : ;;
    --every) : ;;
    --via) : ;;
    --direct) : ;;
    --schedule) : ;;
    --duration) : ;;
    --expect) : ;;
    --fail-on) : ;;
    --warn) : ;;
    --crit) : ;;
    --out) _netwatch_files ;;
    --append) _netwatch_files ;;
    --append-max) : ;;
    --report) _netwatch_files ;;
    --geoip) _netwatch_files ;;
    --redact) _netwatch_list 'ips hosts macs payload' ;;
    --redact-key) _netwatch_files ;;
    --since) : ;;
    --window) : ;;
    --step) : ;;
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical markdown html nagios prometheus' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--count -c --interval --timeout --ipv4 -4 --ipv6 -6 --every --via --direct --schedule --duration --expect --fail-on --warn --crit --out --append --append-max --report --geoip --redact --redact-key --numeric -n --since --window --step --total --outages --force --print-cron --print-systemd --output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --color --lang --quiet -q --verbose -v --config --help -h --version gateway dns icmp:// tcp:// udp:// dns:// dot:// doh:// http:// https:// tls:// stun:// ntp:// trace:// mtu://' ;;
  esac
}

_netwatch_export() {
  case $prev in
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--color --lang --quiet -q --verbose -v --config --help -h --version packets conns streams snapshot diff history events metrics' ;;
  esac
}

_netwatch_export_packets() {
  local fields='number time rel_s iface link length captured src src_port dst dst_port proto layers info stream severity expert pid process delta_s transport tcp_flags payload_bytes truncated malformed comment src_host dst_host eth.src eth.dst eth.addr eth.type vlan.id vlan.priority arp.opcode ip.version ip.src ip.dst ip.addr ip.hdr_len ip.dsfield.dscp ip.len ip.id ip.flags.df ip.flags.mf ip.frag_offset ip.ttl ip.proto ipv6.src ipv6.dst ipv6.addr ipv6.tclass ipv6.flow ipv6.plen ipv6.nxt ipv6.hlim icmp.type icmp.code icmpv6.type icmpv6.code tcp.srcport tcp.dstport tcp.port tcp.stream tcp.len tcp.seq tcp.seq_raw tcp.ack tcp.ack_raw tcp.window_size tcp.window_size_value tcp.flags tcp.flags.fin tcp.flags.syn tcp.flags.reset tcp.flags.push tcp.flags.ack tcp.flags.urg tcp.flags.ece tcp.flags.cwr udp.srcport udp.dstport udp.port udp.stream udp.length data dns.id dns.flags dns.flags.response dns.flags.opcode dns.flags.authoritative dns.flags.truncated dns.flags.recdesired dns.flags.recavail dns.flags.z dns.flags.authenticated dns.flags.checkdisable dns.flags.rcode dns.count.queries dns.count.answers dns.qry.name dns.qry.type http http.request http.request.method http.request.uri http.request.version http.host http.user_agent http.referer http.content_type http.server http.location http.response http.response.code http.response.phrase http.response.version tls.handshake tls.handshake.type tls.handshake.extensions_server_name'
  case $prev in
    --read|-r) _netwatch_files ;;
    --interface|-i) _netwatch_words "$(ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null)" ;;
    --keylog) _netwatch_files ;;
    --expect) : ;;
    --fail-on) : ;;
    --write|-w) _netwatch_files ;;
    --as) _netwatch_words 'pcap pcapng' ;;
    --redact) _netwatch_list 'ips hosts macs payload' ;;
    --redact-key) _netwatch_files ;;
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--read -r --interface -i --keylog --expect --fail-on --write -w --as --force --discard-secrets --redact --redact-key --output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --color --lang --quiet -q --verbose -v --config --help -h --version' ;;
  esac
}

_netwatch_export_conns() {
  local fields
  case " ${COMP_WORDS[*]} " in
    *' --events'[\ =]*) fields='event previous_state time proto family state local_addr local_port remote_addr remote_port pid process cmdline uid user inode rx_queue tx_queue rx_bytes tx_bytes rx_packets tx_packets rx_rate tx_rate rtt_ms rttvar_ms min_rtt_ms retrans lost cwnd mss iface first_seen age_s remote_host service app server_name geo_country container cgroup netns stream source attribution pids exe comm process_start congestion bytes_acked bytes_retrans delivery_rate retransmits rmem_bytes wmem_bytes rcvbuf_bytes sndbuf_bytes drops community_id geo_city asn as_org mptcp_token mptcp_role mptcp_subflows mptcp_rx_bytes mptcp_tx_bytes mptcp_backup mptcp_local_id mptcp_remote_id mptcp_flags' ;;
    *' --summary'[\ =]*) fields='time by key conns established listening remotes rx_bytes tx_bytes rx_rate tx_rate rtt_avg_ms rtt_p50_ms rtt_p95_ms rtt_p99_ms retrans pids processes session share_pct' ;;
    *) fields='time proto family state local_addr local_port remote_addr remote_port pid process cmdline uid user inode rx_queue tx_queue rx_bytes tx_bytes rx_packets tx_packets rx_rate tx_rate rtt_ms rttvar_ms min_rtt_ms retrans lost cwnd mss iface first_seen age_s remote_host service app server_name geo_country container cgroup netns stream source attribution pids exe comm process_start congestion bytes_acked bytes_retrans delivery_rate retransmits rmem_bytes wmem_bytes rcvbuf_bytes sndbuf_bytes drops community_id geo_city asn as_org mptcp_token mptcp_role mptcp_subflows mptcp_rx_bytes mptcp_tx_bytes mptcp_backup mptcp_local_id mptcp_remote_id mptcp_flags' ;;
  esac
  case $prev in
    --port) : ;;
    --pid) _netwatch_words "$(ps -Ao pid= 2>/dev/null)" ;;
    --process) : ;;
    --state) _netwatch_list 'ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING UNCONN' ;;
    --user) : ;;
    --interface|-i) _netwatch_words "$(ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null)" ;;
    --summary) _netwatch_words 'process pid remote state port user interface path session subflow' ;;
    --geoip) _netwatch_files ;;
    --redact) _netwatch_list 'ips hosts macs payload' ;;
    --redact-key) _netwatch_files ;;
    --keylog) _netwatch_files ;;
    --netns) _netwatch_words "$(ls /run/netns 2>/dev/null)" ;;
    --read|-r) _netwatch_files ;;
    --write|-w) _netwatch_files ;;
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --interval) : ;;
    --count|-c) : ;;
    --duration) : ;;
    --expect) : ;;
    --fail-on) : ;;
    --wait) : ;;
    --timeout) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    --root) _netwatch_files ;;
    *) _netwatch_words '--tcp --udp --mptcp --listen --established --ipv4 -4 --ipv6 -6 --port --pid --process --state --user --interface -i --events --summary --coverage --packets --resolve --numeric -n --geoip --redact --redact-key --keylog --ebpf --no-ebpf --netns --read -r --write -w --force --output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --interval --count -c --duration --expect --fail-on --wait --timeout --color --lang --quiet -q --verbose -v --config --root --help -h --version' ;;
  esac
}

_netwatch_export_streams() {
  local fields='stream proto a_addr a_port b_addr b_port packets a_packets b_packets a_bytes b_bytes first last duration_s state handshake_ms syn_synack_ms synack_ack_ms app server_name gaps truncated missing_bytes retransmissions pid process a_host b_host community_id'
  case $prev in
    --read|-r) _netwatch_files ;;
    --interface|-i) _netwatch_words "$(ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null)" ;;
    --keylog) _netwatch_files ;;
    --expect) : ;;
    --fail-on) : ;;
    --redact) _netwatch_list 'ips hosts macs payload' ;;
    --redact-key) _netwatch_files ;;
    --bpf) : ;;
    --snaplen|-s) : ;;
    --buffer) : ;;
    --engine) _netwatch_words 'pcap tcpdump dumpcap' ;;
    --sandbox) _netwatch_words 'on strict off' ;;
    --duration) : ;;
    --write|-w) _netwatch_files ;;
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--read -r --interface -i --keylog --expect --fail-on --resolve --numeric -n --redact --redact-key --bpf --snaplen -s --buffer --no-promisc -p --engine --sandbox --reconnect --ebpf --no-ebpf --duration --tcp --udp --tls --write -w --force --output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --color --lang --quiet -q --verbose -v --config --help -h --version' ;;
  esac
}

_netwatch_export_snapshot() {
  local fields='time version netwatch of source'
  case $prev in
    --netns) _netwatch_words "$(ls /run/netns 2>/dev/null)" ;;
    --read|-r) _netwatch_files ;;
    --keylog) _netwatch_files ;;
    --geoip) _netwatch_files ;;
    --redact) _netwatch_list 'ips hosts macs payload' ;;
    --redact-key) _netwatch_files ;;
    --write|-w) _netwatch_files ;;
    --output|-o) _netwatch_words 'ndjson json' ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    --root) _netwatch_files ;;
    *) _netwatch_words '--netns --read -r --keylog --geoip --redact --redact-key --write -w --force --output -o --json --color --lang --quiet -q --verbose -v --config --root --help -h --version' ;;
  esac
}

_netwatch_export_diff() {
  local fields='time what change key field before after delta process pid direction proto addr port iface since'
  case $prev in
    --ignore) _netwatch_list 'listener remote route dns_server iface iface_fact neighbor counter host' ;;
    --redact) _netwatch_list 'ips hosts macs payload' ;;
    --redact-key) _netwatch_files ;;
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical markdown' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--ignore --redact --redact-key --output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --color --lang --quiet -q --verbose -v --config --help -h --version' ;;
  esac
}

_netwatch_export_history() {
  local fields='time by key opened closed rx_bytes tx_bytes processes remotes retrans until'
  case $prev in
    --by) _netwatch_words 'process remote hour' ;;
    --since) : ;;
    --redact) _netwatch_list 'ips hosts macs payload' ;;
    --redact-key) _netwatch_files ;;
    --expect) : ;;
    --fail-on) : ;;
    --write|-w) _netwatch_files ;;
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical markdown' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--by --since --redact --redact-key --expect --fail-on --write -w --force --output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --color --lang --quiet -q --verbose -v --config --help -h --version' ;;
  esac
}

_netwatch_export_events() {
  local fields='event previous_state time proto family state local_addr local_port remote_addr remote_port pid process cmdline uid user inode rx_queue tx_queue rx_bytes tx_bytes rx_packets tx_packets rx_rate tx_rate rtt_ms rttvar_ms min_rtt_ms retrans lost cwnd mss iface first_seen age_s remote_host service app server_name geo_country container cgroup netns stream source attribution pids exe comm process_start congestion bytes_acked bytes_retrans delivery_rate retransmits rmem_bytes wmem_bytes rcvbuf_bytes sndbuf_bytes drops community_id geo_city asn as_org mptcp_token mptcp_role mptcp_subflows mptcp_rx_bytes mptcp_tx_bytes mptcp_backup mptcp_local_id mptcp_remote_id mptcp_flags'
  case $prev in
    --port) : ;;
    --pid) _netwatch_words "$(ps -Ao pid= 2>/dev/null)" ;;
    --process) : ;;
    --state) _netwatch_list 'ESTABLISHED SYN_SENT SYN_RECV FIN_WAIT1 FIN_WAIT2 TIME_WAIT CLOSE CLOSE_WAIT LAST_ACK LISTEN CLOSING UNCONN' ;;
    --user) : ;;
    --interface|-i) _netwatch_words "$(ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null)" ;;
    --geoip) _netwatch_files ;;
    --redact) _netwatch_list 'ips hosts macs payload' ;;
    --redact-key) _netwatch_files ;;
    --to) : ;;
    --spool) _netwatch_files ;;
    --spool-size) : ;;
    --credentials) _netwatch_files ;;
    --tls-cert) _netwatch_files ;;
    --tls-key) _netwatch_files ;;
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --interval) : ;;
    --count|-c) : ;;
    --duration) : ;;
    --expect) : ;;
    --fail-on) : ;;
    --wait) : ;;
    --timeout) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--tcp --udp --mptcp --listen --established --ipv4 -4 --ipv6 -6 --port --pid --process --state --user --interface -i --packets --resolve --numeric -n --geoip --redact --redact-key --ebpf --no-ebpf --to --spool --spool-size --credentials --tls-cert --tls-key --output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --interval --count -c --duration --expect --fail-on --wait --timeout --color --lang --quiet -q --verbose -v --config --help -h --version' ;;
  esac
}

_netwatch_export_metrics() {
  case $prev in
    --listen) : ;;
    --to) : ;;
    --interval) : ;;
    --credentials) _netwatch_files ;;
    --tls-cert) _netwatch_files ;;
    --tls-key) _netwatch_files ;;
    --allow-host) : ;;
    --write|-w) _netwatch_files ;;
    --probe) : ;;
    --redact) _netwatch_list 'ips hosts macs payload' ;;
    --redact-key) _netwatch_files ;;
    --root) _netwatch_files ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--listen --to --interval --credentials --tls-cert --tls-key --allow-host --write -w --probe --packets --redact --redact-key --root --color --lang --quiet -q --verbose -v --config --help -h --version' ;;
  esac
}

_netwatch_insights() {
  local fields='time rule severity confidence summary evidence since advice subject source'
  case $prev in
    --read|-r) _netwatch_files ;;
    --interface|-i) _netwatch_words "$(ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null)" ;;
    --keylog) _netwatch_files ;;
    --explain) : ;;
    --threshold) : ;;
    --redact) _netwatch_list 'ips hosts macs payload' ;;
    --redact-key) _netwatch_files ;;
    --ai) _netwatch_words 'auto always never' ;;
    --ollama) : ;;
    --model) : ;;
    --model-timeout) : ;;
    --bpf) : ;;
    --snaplen|-s) : ;;
    --buffer) : ;;
    --engine) _netwatch_words 'pcap tcpdump dumpcap' ;;
    --sandbox) _netwatch_words 'on strict off' ;;
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --interval) : ;;
    --count|-c) : ;;
    --duration) : ;;
    --expect) : ;;
    --fail-on) : ;;
    --wait) : ;;
    --timeout) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    --root) _netwatch_files ;;
    *) _netwatch_words '--read -r --interface -i --keylog --explain --threshold --probe --new --no-packets --redact --redact-key --ai --ollama --model --model-timeout --allow-remote --no-redact --dry-run --bpf --snaplen -s --buffer --no-promisc -p --engine --sandbox --reconnect --ebpf --no-ebpf --output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --interval --count -c --duration --expect --fail-on --wait --timeout --color --lang --quiet -q --verbose -v --config --root --help -h --version' ;;
  esac
}

_netwatch_watch() {
  case $prev in
    --read|-r) _netwatch_files ;;
    --pace) _netwatch_words 'end step 1 2 10 100' ;;
    --tab) _netwatch_words 'dashboard connections interfaces packets stats topology timeline insights' ;;
    --filter|-f) : ;;
    --refresh) : ;;
    --interface|-i) _netwatch_words "$(ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null)" ;;
    --bpf) : ;;
    --geoip) _netwatch_files ;;
    --theme) _netwatch_words 'terminal dark light contrast ascii none' ;;
    --lang) : ;;
    --ai) _netwatch_words 'auto always never' ;;
    --ollama) : ;;
    --model) : ;;
    --model-timeout) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--read -r --pace --tab --filter -f --refresh --interface -i --bpf --lite --no-dns --no-probe --geoip --theme --lang --ai --ollama --model --model-timeout --allow-remote --no-redact --color --quiet -q --verbose -v --config --help -h --version' ;;
  esac
}

_netwatch_whois() {
  local fields='query kind addr scope special special_prefix special_rfc prefix start_address end_address handle name net_type parent_handle status org org_handle country asn as_org origin_asns abuse_email abuse_phone registry registered changed remarks port43 host geo_country geo_city vendor rdap rdap_url rdap_time error truncated source'
  case $prev in
    --rdap) : ;;
    --timeout) : ;;
    --geoip) _netwatch_files ;;
    --expect) : ;;
    --fail-on) : ;;
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical markdown' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--offline --rdap --ip-api --timeout --geoip --resolve --numeric -n --expect --fail-on --output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --color --lang --quiet -q --verbose -v --config --help -h --version' ;;
  esac
}

_netwatch_fields() {
  local fields='record name kind json_type nullable visible heading values doc'
  case $prev in
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --color --lang --quiet -q --verbose -v --config --help -h --version conn conn_event conn_summary conn_history coverage iface route dns_server neighbor host tunnel device packet stream segment capture_summary protocol conversation endpoint process port dns_query http_request tls_session quic_session quic_path tunnel_flow handshake handshake_histogram expert packet_length time_bucket probe hop probe_report probe_outage insight rule counter snapshot change limit check setting whois field gap' ;;
  esac
}

_netwatch_schema() {
  case $prev in
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--color --lang --quiet -q --verbose -v --config --help -h --version conn conn_event conn_summary conn_history coverage iface route dns_server neighbor host tunnel device packet stream segment capture_summary protocol conversation endpoint process port dns_query http_request tls_session quic_session quic_path tunnel_flow handshake handshake_histogram expert packet_length time_bucket probe hop probe_report probe_outage insight rule counter snapshot change limit check setting whois field gap' ;;
  esac
}

_netwatch_completion() {
  case $prev in
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--color --lang --quiet -q --verbose -v --config --help -h --version bash zsh fish' ;;
  esac
}

_netwatch_doctor() {
  local fields='name status detail remedy'
  case $prev in
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    --root) _netwatch_files ;;
    *) _netwatch_words '--output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --color --lang --quiet -q --verbose -v --config --root --help -h --version' ;;
  esac
}

_netwatch_config() {
  local fields='name value source origin place commands'
  case $prev in
    --output|-o) _netwatch_words 'table ndjson json tsv csv parquet vertical' ;;
    --fields) _netwatch_list "$fields" ;;
    --sort) _netwatch_list "$fields ${fields// /:desc }:desc" ;;
    --limit) : ;;
    --filter|-f) : ;;
    --color) _netwatch_words 'auto always never' ;;
    --lang) : ;;
    --config) _netwatch_files ;;
    *) _netwatch_words '--output -o --json --tsv --csv --fields --sort --limit --no-header -H --filter -f --color --lang --quiet -q --verbose -v --config --help -h --version show' ;;
  esac
}

complete -F _netwatch netwatch
