/**
 * The first import of every process that netwatch starts, without one of its own. Signals go to the whole group: who
 * started this one decides when it ends, and what is in its buffers is not lost. SIGUSR1, before somebody listens, opens
 * the inspector of node, through which anybody who reaches it runs code with what this process may do.
 */
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2'] as const) process.on(name, () => {});
