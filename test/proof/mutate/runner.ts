import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { z } from "zod";
import type { Request } from "./worker.ts";

/** Answers null when the process did not answer in time. It is then killed, and the next call starts another one. */
export interface Runner {
  ask(request: Request, timeoutMs: number): Promise<{ value: unknown } | null>;
  stop(): void;
}

const answerSchema = z.discriminatedUnion("ok", [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: z.string() }),
]);

export function createRunner(): Runner {
  let child: Promise<ChildProcess> | null = null;
  const start = async (): Promise<ChildProcess> => {
    // A process group of its own, so that its workerd is killed with it.
    const started = fork(join(import.meta.dirname, "worker.ts"), { detached: true, stdio: "ignore" });
    await once(started, "message");
    return started;
  };
  const stop = async (running: Promise<ChildProcess> | null) => {
    child = null;
    const { pid } = (await running) ?? {};
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  };
  return {
    async ask(request, timeoutMs) {
      child ??= start();
      const running = await child;
      const signal = AbortSignal.timeout(timeoutMs);
      const answered = once(running, "message", { signal });
      running.send(request);
      try {
        const [message] = await answered;
        const answer = answerSchema.parse(message);
        if (!answer.ok) throw new Error(answer.error);
        return { value: answer.value };
      } catch (error) {
        if (!signal.aborted) throw error;
        await stop(child);
        return null;
      }
    },
    stop: () => void stop(child),
  };
}
