/** Lines of wrangler to hide: they repeat ours, or are wrong here (crons do fire). */
const NOISE = [
  /Scheduled Workers are not automatically triggered/,
  /To manually trigger a scheduled event, run:/,
  /curl "?https?:\S+\/cdn-cgi\/local\/scheduled/,
  /For more details, see .*test-cron-triggers-locally/,
  // The table of bindings, printed at each reload.
  /Your Worker has access to the following bindings/,
  /^Binding\s+Resource\s+Mode/,
  /^env\.\w+ \(.*\s(local|remote)$/,
  /^env\.ASSETS\s/,
  /GET \/cdn-cgi\/local\/scheduled 200/,
];

/** Shows the server's output in the terminal. */
export interface Terminal {
  onLine: (line: string, from: "stdout" | "stderr") => void;
  /** Resolves when wrangler has printed its start messages. */
  settled: Promise<void>;
  /** Shows stdout, too, from now on. */
  open(): void;
  /** Shows nothing from now on, because children complain when they are stopped. */
  close(): void;
}

/**
 * Shows errors and warnings from the start, but stdout only after `open`: before that, wrangler prints its bindings and the
 * requests of the start itself.
 */
export function createTerminal(): Terminal {
  let shown: readonly string[] = ["stderr"];
  let blank = true;
  const { promise: settled, resolve } = Promise.withResolvers<void>();
  return {
    settled,
    open: () => {
      shown = ["stdout", "stderr"];
    },
    close: () => {
      shown = [];
    },
    onLine: (line, from) => {
      if (/\bReady on https?:/.test(line)) resolve();
      if (!shown.includes(from) || NOISE.some((pattern) => pattern.test(line))) return;
      // One of the blank lines around an omitted part is enough.
      if (blank && line.trim() === "") return;
      blank = line.trim() === "";
      if (from === "stdout") console.log(line);
      else console.error(line);
    },
  };
}
