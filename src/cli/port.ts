import { createServer } from "node:net";

/** Always the loopback address: development secrets protect nothing. */
export const HOST = "127.0.0.1";

/** The port, if it is free; with 0 any free port. Undefined if it is taken. */
export async function freePort(port = 0): Promise<number | undefined> {
  const probe = createServer();
  return await new Promise((done) => {
    probe.once("error", () => done(undefined));
    probe.listen(port, HOST, () => {
      const address = probe.address();
      probe.close(() => done(typeof address === "object" ? address?.port : undefined));
    });
  });
}
