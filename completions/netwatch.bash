# bash completion for netwatch; made by: netwatch completion bash
_netwatch() {
  local cur prev command='' i
  cur=${COMP_WORDS[COMP_CWORD]}
  prev=${COMP_WORDS[COMP_CWORD-1]}
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      conns|ifaces|fields|schema|completion|doctor) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  COMPREPLY=()
  case $command in
    conns) _netwatch_conns ;;
    ifaces) _netwatch_ifaces ;;
    fields) _netwatch_fields ;;
    schema) _netwatch_schema ;;
    completion) _netwatch_completion ;;
    doctor) _netwatch_doctor ;;
    *) COMPREPLY=($(compgen -W 'conns ifaces fields schema completion doctor --help --version' -- "$cur")) ;;
  esac
}

# completes the last word of a comma-separated list
_netwatch_list() {
  local head=''
  [[ $cur == *,* ]] && head=${cur%,*},
  COMPREPLY=($(compgen -P "$head" -W "$1" -- "${cur##*,}"))
  compopt -o nospace 2>/dev/null
}

_netwatch_conns() {
  case $prev in
    --port)  return ;;
    --pid) COMPREPLY=($(compgen -W "$(ps -Ao pid= 2>/dev/null)" -- "$cur")); return ;;
    --process)  return ;;
    --state)  return ;;
    --user)  return ;;
    --interface|-i) COMPREPLY=($(compgen -W "$(ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null)" -- "$cur")); return ;;
    --summary) COMPREPLY=($(compgen -W "process remote state port user" -- "$cur")); return ;;
    --netns) COMPREPLY=($(compgen -W "$(ls /run/netns 2>/dev/null)" -- "$cur")); return ;;
    --read|-r) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --output|-o) COMPREPLY=($(compgen -W "table ndjson json tsv csv" -- "$cur")); return ;;
    --fields) _netwatch_list 'time proto family state local_addr local_port remote_addr remote_port pid process cmdline uid user inode rx_queue tx_queue rx_bytes tx_bytes rx_packets tx_packets rx_rate tx_rate rtt_ms rttvar_ms min_rtt_ms retrans lost cwnd mss iface first_seen age_s remote_host service app server_name geo_country container cgroup netns stream source attribution pids exe comm process_start congestion bytes_acked bytes_retrans delivery_rate retransmits rmem_bytes wmem_bytes rcvbuf_bytes sndbuf_bytes drops event previous_state by key conns established listening remotes rtt_avg_ms sockets attributed unattributed_kernel unattributed_denied unattributed_unseen interface_bytes attributed_bytes unattributed_bytes unaccounted_bytes interval_ms captured dropped_by_kernel dropped_by_reader'; return ;;
    --sort) _netwatch_list 'time time:desc proto proto:desc family family:desc state state:desc local_addr local_addr:desc local_port local_port:desc remote_addr remote_addr:desc remote_port remote_port:desc pid pid:desc process process:desc cmdline cmdline:desc uid uid:desc user user:desc inode inode:desc rx_queue rx_queue:desc tx_queue tx_queue:desc rx_bytes rx_bytes:desc tx_bytes tx_bytes:desc rx_packets rx_packets:desc tx_packets tx_packets:desc rx_rate rx_rate:desc tx_rate tx_rate:desc rtt_ms rtt_ms:desc rttvar_ms rttvar_ms:desc min_rtt_ms min_rtt_ms:desc retrans retrans:desc lost lost:desc cwnd cwnd:desc mss mss:desc iface iface:desc first_seen first_seen:desc age_s age_s:desc remote_host remote_host:desc service service:desc app app:desc server_name server_name:desc geo_country geo_country:desc container container:desc cgroup cgroup:desc netns netns:desc stream stream:desc source source:desc attribution attribution:desc pids pids:desc exe exe:desc comm comm:desc process_start process_start:desc congestion congestion:desc bytes_acked bytes_acked:desc bytes_retrans bytes_retrans:desc delivery_rate delivery_rate:desc retransmits retransmits:desc rmem_bytes rmem_bytes:desc wmem_bytes wmem_bytes:desc rcvbuf_bytes rcvbuf_bytes:desc sndbuf_bytes sndbuf_bytes:desc drops drops:desc event event:desc previous_state previous_state:desc by by:desc key key:desc conns conns:desc established established:desc listening listening:desc remotes remotes:desc rtt_avg_ms rtt_avg_ms:desc sockets sockets:desc attributed attributed:desc unattributed_kernel unattributed_kernel:desc unattributed_denied unattributed_denied:desc unattributed_unseen unattributed_unseen:desc interface_bytes interface_bytes:desc attributed_bytes attributed_bytes:desc unattributed_bytes unattributed_bytes:desc unaccounted_bytes unaccounted_bytes:desc interval_ms interval_ms:desc captured captured:desc dropped_by_kernel dropped_by_kernel:desc dropped_by_reader dropped_by_reader:desc'; return ;;
    --limit)  return ;;
    --filter|-f)  return ;;
    --interval)  return ;;
    --count|-c)  return ;;
    --duration)  return ;;
    --expect)  return ;;
    --wait)  return ;;
    --timeout)  return ;;
    --color) COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return ;;
    --lang)  return ;;
    --config) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --root) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  COMPREPLY=($(compgen -W '--tcp --udp --listen --established --ipv4 -4 --ipv6 -6 --port --pid --process --state --user --interface -i --events --summary --coverage --resolve --netns --read -r --output -o --json --tsv --csv --fields --sort --limit --no-header --filter -f --interval --count -c --duration --expect --wait --timeout --color --lang --quiet -q --verbose -v --config --root --help -h --version' -- "$cur"))
}

_netwatch_ifaces() {
  case $prev in
    --interface|-i) COMPREPLY=($(compgen -W "$(ls /sys/class/net 2>/dev/null || ifconfig -l 2>/dev/null)" -- "$cur")); return ;;
    --netns) COMPREPLY=($(compgen -W "$(ls /run/netns 2>/dev/null)" -- "$cur")); return ;;
    --read|-r) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --output|-o) COMPREPLY=($(compgen -W "table ndjson json tsv csv" -- "$cur")); return ;;
    --fields) _netwatch_list 'time name index kind state ipv4 ipv6 mac mtu speed_mbps duplex rx_bytes tx_bytes rx_packets tx_packets rx_errors tx_errors rx_dropped tx_dropped collisions multicast rx_rate tx_rate rx_packet_rate tx_packet_rate flags master parent alias default_route family dst gateway iface metric src scope proto table addr port search source hostname os kernel uptime_s dns'; return ;;
    --sort) _netwatch_list 'time time:desc name name:desc index index:desc kind kind:desc state state:desc ipv4 ipv4:desc ipv6 ipv6:desc mac mac:desc mtu mtu:desc speed_mbps speed_mbps:desc duplex duplex:desc rx_bytes rx_bytes:desc tx_bytes tx_bytes:desc rx_packets rx_packets:desc tx_packets tx_packets:desc rx_errors rx_errors:desc tx_errors tx_errors:desc rx_dropped rx_dropped:desc tx_dropped tx_dropped:desc collisions collisions:desc multicast multicast:desc rx_rate rx_rate:desc tx_rate tx_rate:desc rx_packet_rate rx_packet_rate:desc tx_packet_rate tx_packet_rate:desc flags flags:desc master master:desc parent parent:desc alias alias:desc default_route default_route:desc family family:desc dst dst:desc gateway gateway:desc iface iface:desc metric metric:desc src src:desc scope scope:desc proto proto:desc table table:desc addr addr:desc port port:desc search search:desc source source:desc hostname hostname:desc os os:desc kernel kernel:desc uptime_s uptime_s:desc dns dns:desc'; return ;;
    --limit)  return ;;
    --filter|-f)  return ;;
    --interval)  return ;;
    --count|-c)  return ;;
    --duration)  return ;;
    --expect)  return ;;
    --wait)  return ;;
    --timeout)  return ;;
    --color) COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return ;;
    --lang)  return ;;
    --config) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --root) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  COMPREPLY=($(compgen -W '--routes --dns --neighbors --host --up --interface -i --netns --read -r --output -o --json --tsv --csv --fields --sort --limit --no-header --filter -f --interval --count -c --duration --expect --wait --timeout --color --lang --quiet -q --verbose -v --config --root --help -h --version' -- "$cur"))
}

_netwatch_fields() {
  case $prev in
    --output|-o) COMPREPLY=($(compgen -W "table ndjson json tsv csv" -- "$cur")); return ;;
    --fields) _netwatch_list 'record name kind json_type nullable visible heading values doc'; return ;;
    --sort) _netwatch_list 'record record:desc name name:desc kind kind:desc json_type json_type:desc nullable nullable:desc visible visible:desc heading heading:desc values values:desc doc doc:desc'; return ;;
    --limit)  return ;;
    --filter|-f)  return ;;
    --color) COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return ;;
    --lang)  return ;;
    --config) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --root) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  COMPREPLY=($(compgen -W '--output -o --json --tsv --csv --fields --sort --limit --no-header --filter -f --color --lang --quiet -q --verbose -v --config --root --help -h --version conn conn_event conn_summary coverage iface route dns_server neighbor host check field gap' -- "$cur"))
}

_netwatch_schema() {
  case $prev in
    --color) COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return ;;
    --lang)  return ;;
    --config) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --root) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  COMPREPLY=($(compgen -W '--color --lang --quiet -q --verbose -v --config --root --help -h --version conn conn_event conn_summary coverage iface route dns_server neighbor host check field gap' -- "$cur"))
}

_netwatch_completion() {
  case $prev in
    --color) COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return ;;
    --lang)  return ;;
    --config) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --root) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  COMPREPLY=($(compgen -W '--color --lang --quiet -q --verbose -v --config --root --help -h --version bash zsh fish' -- "$cur"))
}

_netwatch_doctor() {
  case $prev in
    --output|-o) COMPREPLY=($(compgen -W "table ndjson json tsv csv" -- "$cur")); return ;;
    --fields) _netwatch_list 'name status detail remedy'; return ;;
    --sort) _netwatch_list 'name name:desc status status:desc detail detail:desc remedy remedy:desc'; return ;;
    --limit)  return ;;
    --filter|-f)  return ;;
    --color) COMPREPLY=($(compgen -W "auto always never" -- "$cur")); return ;;
    --lang)  return ;;
    --config) COMPREPLY=($(compgen -f -- "$cur")); return ;;
    --root) COMPREPLY=($(compgen -f -- "$cur")); return ;;
  esac
  COMPREPLY=($(compgen -W '--output -o --json --tsv --csv --fields --sort --limit --no-header --filter -f --color --lang --quiet -q --verbose -v --config --root --help -h --version' -- "$cur"))
}

complete -F _netwatch netwatch
