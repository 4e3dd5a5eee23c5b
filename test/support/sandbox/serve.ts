import { createExpoControl } from "./expo-control.ts";
import { createExpoSandbox, type ExpoSandbox, type ExpoSandboxOptions } from "./expo.ts";
import { listen, type Listening } from "./listen.ts";

/** Its `url` is what EXPO_BASE_URL is set to. */
export interface ServedExpoSandbox extends Listening {
  sandbox: ExpoSandbox;
}

/** The sandbox of Expo's push service on a real socket of this machine (Node only), with its controls under `/control/`. */
export async function serveExpoSandbox(
  options: ExpoSandboxOptions & { port?: number } = {},
): Promise<ServedExpoSandbox> {
  const sandbox = createExpoSandbox(options);
  return { ...(await listen(sandbox.app, createExpoControl(sandbox), options.port)), sandbox };
}

// Run by hand: `node test/support/sandbox/serve.ts [port]` prints where it listens.
if (process.argv[1]?.endsWith("sandbox/serve.ts")) {
  const { url } = await serveExpoSandbox({ port: Number(process.argv[2] ?? 0) });
  console.log(url);
}
