/**
 * `npm run bench`: what is deployed, in workerd without wrangler dev's proxy, beside a bare Worker that does the same D1
 * statements and the same queue send. Both get the same load in turn, so that whatever else the machine does meets both:
 * a ratio is the median of the rounds, and in brackets the middle half of them. By CPU it is what each workerd used for
 * one request, its D1, queues and Durable Objects included: steadier than the clock where others use the machine.
 *
 * What Tidings does beyond the bare Worker is in the ratio: token, validation, the user's limiter (a Durable Object, which
 * here shares the Worker's thread), headers, the answer's view, the log line (kept from stdout).
 *
 * `npm run bench -- --only http,scale,stats,drain,startup --rounds 10 --seconds 2 --connections 16 --rows 1000000
 * --messages 10000` says what and how much; these are the defaults, and take about half an hour.
 */
import { parseArgs } from "node:util";
import { build } from "../production.ts";
import { benchDrain } from "./drain.ts";
import { benchHttp } from "./http.ts";
import { print, type Row } from "./report.ts";
import { benchScale, benchSnapshot } from "./scale.ts";
import { benchStartup } from "./startup.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "startup,http,scale,stats,drain" },
    rounds: { type: "string", default: "10" },
    seconds: { type: "string", default: "2" },
    connections: { type: "string", default: "16" },
    rows: { type: "string", default: "1000000" },
    messages: { type: "string", default: "10000" },
  },
});

const rounds = Number(values.rounds);
const effort = { rounds, ms: Number(values.seconds) * 1_000, connections: Number(values.connections) };
const rows = Number(values.rows);
const messages = Number(values.messages);

const SECTIONS: Record<string, { title: string; run: () => Promise<Row[]> }> = {
  startup: {
    title: "Size and start-up (wrangler check startup)",
    run: () => benchStartup(Math.min(rounds, 5)),
  },
  http: { title: "Requests: Tidings beside the bare Worker", run: () => benchHttp(effort) },
  scale: { title: `Lists: a log of ${rows} beside one of 10000`, run: () => benchScale(effort, rows) },
  stats: {
    title: "A snapshot: 100000 activities of 1000000 beside 1000 of 1000",
    run: () => benchSnapshot(effort),
  },
  drain: {
    title: "From queued to sent: Tidings beside the bare consumer",
    run: () => benchDrain({ messages, rounds: Math.min(rounds, 5) }),
  },
};

await build();
for (const name of values.only.split(",")) {
  const section = SECTIONS[name];
  if (section === undefined)
    throw new Error(`There is no section "${name}": ${Object.keys(SECTIONS).join(", ")}.`);
  const start = performance.now();
  const found = await section.run();
  print(`${section.title}, in ${((performance.now() - start) / 1_000).toFixed(0)} s`, found);
}
