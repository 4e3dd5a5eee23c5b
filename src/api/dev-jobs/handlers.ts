import { z } from "zod";
import { access } from "../../http/access.ts";
import type { App } from "../../http/app-env.ts";
import { fieldErrors } from "../../http/field-errors.ts";
import { instant } from "../../http/schemas.ts";
import { iso } from "../../lib/clock.ts";
import { notFound, invalid } from "../../lib/failure.ts";
import { JOBS } from "../../jobs/index.ts";
import { runAt } from "../../jobs/run-at.ts";

/** Strict: a misspelt `at` would run the job as of now. */
const query = z.strictObject({ at: instant.optional() });

/**
 * Mounts `POST /dev/jobs/{job}?at=`, with which `npm run jobs` runs a job as if it were another time. Only in development,
 * and with a service's token; the API's document does not name it.
 */
export function register(app: App): void {
  app.post("/dev/jobs/:job", access(null, ["service"]), async (c) => {
    const deps = c.get("deps");
    const jobs = Object.values(JOBS).flat();
    const job = jobs.find(({ name }) => name === c.req.param("job"));
    if (job === undefined) throw notFound(`job. There are: ${jobs.map(({ name }) => name).join(", ")}`);
    const parsed = query.safeParse(c.req.query());
    if (!parsed.success) throw invalid(fieldErrors(parsed.error, "query", c.req.query()));
    const at = parsed.data.at ?? deps.clock.now();
    return c.json({ job: job.name, at: iso(at), done: await runAt(deps, job, at) }, 200);
  });
}
