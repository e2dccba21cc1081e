/**
 * The first import of every process that netwatch starts; it imports nothing itself. Signals go to the whole group. The
 * process that started this one decides when it ends, so nothing in its buffers is lost. Until there is a handler,
 * SIGUSR1 opens node's inspector, and anybody who can reach that can run code with the rights of this process.
 */
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) process.on(name, () => {});
