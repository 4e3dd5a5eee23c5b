/**
 * Loaded into wrangler's process before wrangler itself. The IPC channel closes when the parent process ends, for whatever
 * reason. Then nobody else would stop the server, so it stops itself.
 */
process.once("disconnect", () => {
  // The server leads its own process group, workerd included.
  setTimeout(() => process.kill(-process.pid, "SIGKILL"), 4_000).unref();
  process.kill(process.pid, "SIGTERM");
});
