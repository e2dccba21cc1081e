// Opens PAIRS connections to itself on loopback (two sockets each), prints `ready`, and keeps them until its stdin ends.
// usage: node loopback-sockets.js PAIRS
import net from 'node:net';

const pairs = Number(process.argv[2]);
const kept = [];
const server = net.createServer((socket) => {
  kept.push(socket);
  socket.on('error', () => {});
});
server.listen(0, '127.0.0.1', 4096, async () => {
  const { port } = server.address();
  for (let i = 0; i < pairs; i++) {
    kept.push(
      await new Promise((resolve, reject) => {
        const socket = net.connect(port, '127.0.0.1', () => resolve(socket));
        socket.on('error', reject);
      }),
    );
  }
  process.stdout.write('ready\n');
});
process.stdin.on('end', () => process.exit(0)).resume();
