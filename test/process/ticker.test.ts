import { once } from "node:events";
import { createServer } from "node:http";
import { expect, test } from "vitest";
import { startTicker } from "../../src/cli/ticker.ts";

test.each([
  ["it succeeds", '{"outcome":"ok"}', []],
  ["it fails", "no", [expect.stringContaining("Cron * * * * * failed")]],
])("a ticker has caught up when its first tick has ended: %s", async (_, answer, warned) => {
  const asked: string[] = [];
  let end = () => {};
  const server = createServer((request, response) => {
    asked.push(String(request.url));
    end = () => response.end(answer);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const warnings: string[] = [];
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server has no port");
  const ticker = startTicker(`http://127.0.0.1:${address.port}`, ["* * * * *", "0 3 * * *"], (line) =>
    warnings.push(line),
  );
  const states: string[] = [];
  const caughtUp = ticker.caughtUp.then(() => states.push("caught up"));
  await expect.poll(() => asked).toHaveLength(1);
  states.push("asked");
  end();
  await caughtUp;
  expect([states, warnings]).toEqual([["asked", "caught up"], warned]);
  ticker.stop();
  server.close();
});
