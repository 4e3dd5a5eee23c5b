/**
 * Loaded into wrangler's process before wrangler itself. When the parent process ends, for whatever reason, the IPC channel
 * closes. Then the server stops itself, because nothing else would.
 */
process.once("disconnect", () => {
  // The server leads its own process group, workerd included.
  setTimeout(() => process.kill(-process.pid, "SIGKILL"), 4_000).unref();
  process.kill(process.pid, "SIGTERM");
});
