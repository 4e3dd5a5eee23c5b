import { type HttpBindings, serve } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Hono } from "hono";
import { createExpoControl } from "./expo-control.ts";
import { ConnectionDropped, createExpoSandbox, type ExpoSandbox, type ExpoSandboxOptions } from "./expo.ts";

export interface ServedExpoSandbox {
  /** Such as `http://127.0.0.1:41234`: what EXPO_BASE_URL is set to. */
  url: string;
  sandbox: ExpoSandbox;
  close(): Promise<void>;
}

/**
 * The sandbox of Expo's push service on a real socket of this machine (Node only), with its controls under `/control/`.
 * Port 0 takes a free one. A dropped connection is a destroyed socket.
 */
export function serveExpoSandbox(
  options: ExpoSandboxOptions & { port?: number } = {},
): Promise<ServedExpoSandbox> {
  const sandbox = createExpoSandbox(options);
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.onError((error, context) => {
    if (!(error instanceof ConnectionDropped)) return context.text(error.message, 500);
    context.env.incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  });
  app.route("/", createExpoControl(sandbox));
  app.mount("/", sandbox.app.fetch);

  return new Promise((resolve) => {
    const server = serve({ fetch: app.fetch, hostname: "127.0.0.1", port: options.port ?? 0 }, ({ port }) =>
      resolve({
        url: `http://127.0.0.1:${port}`,
        sandbox,
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

// Run by hand: `node test/support/sandbox/serve.ts [port]` prints where it listens.
if (process.argv[1]?.endsWith("sandbox/serve.ts")) {
  const { url } = await serveExpoSandbox({ port: Number(process.argv[2] ?? 0) });
  console.log(url);
}
