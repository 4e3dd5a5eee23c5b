import { createExpoControl } from "./expo-control.ts";
import { createExpoSandbox, type ExpoSandbox, type ExpoSandboxOptions } from "./expo.ts";
import { listen } from "./listen.ts";

export interface ServedExpoSandbox {
  /** Such as `http://127.0.0.1:41234`: what EXPO_BASE_URL is set to. */
  url: string;
  sandbox: ExpoSandbox;
  close(): Promise<void>;
}

/** The sandbox of Expo's push service on a real socket of this machine (Node only), with its controls under `/control/`. */
export async function serveExpoSandbox(
  options: ExpoSandboxOptions & { port?: number } = {},
): Promise<ServedExpoSandbox> {
  const sandbox = createExpoSandbox(options);
  const { url, close } = await listen(sandbox.app, createExpoControl(sandbox), options.port);
  return { url, sandbox, close };
}

// Run by hand: `node test/support/sandbox/serve.ts [port]` prints where it listens.
if (process.argv[1]?.endsWith("sandbox/serve.ts")) {
  const { url } = await serveExpoSandbox({ port: Number(process.argv[2] ?? 0) });
  console.log(url);
}
