import { type HttpBindings, serve } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { ConnectionDropped } from "./expo.ts";

export interface Listening {
  /** Such as `http://127.0.0.1:41234`. */
  url: string;
  port: number;
  close(): Promise<void>;
}

/**
 * A sandbox on a real socket of this machine (Node only), with its controls. Port 0 takes a free one. A dropped connection is a
 * destroyed socket.
 */
export function listen(sandbox: Hono, control: Hono, port = 0): Promise<Listening> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.onError((error, context) => {
    if (!(error instanceof ConnectionDropped)) return context.text(error.message, 500);
    context.env.incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  });
  app.route("/", control);
  app.mount("/", sandbox.fetch);
  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port }, (info) =>
      resolve({
        url: `http://127.0.0.1:${info.port}`,
        port: info.port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            // Clients keep their connections alive, and a hanging request would never end.
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      }),
    );
  });
}
