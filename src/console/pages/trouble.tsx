import type { Context } from "hono";
import { asFailure, logFailure } from "../../http/problem.ts";
import { PROBLEMS } from "../../lib/failure.ts";
import type { AppEnv } from "../../http/app-env.ts";
import { type ConsoleContext, page } from "../app-env.tsx";
import { Card } from "../components/boxes.tsx";
import { ButtonLink } from "../components/buttons.tsx";
import { Notice } from "../components/text.tsx";

/** What is shown when something is not there, not allowed or not possible: the same that the API says. */
export async function troublePage(error: Error, c: Context<AppEnv>): Promise<Response> {
  const failure = asFailure(error);
  logFailure(c, failure, error);
  const { status, title } = PROBLEMS[failure.problem];
  const faults = [...(failure.options.errors ?? [])];
  c.header("content-type", "text/html; charset=utf-8");
  if (isStranger(c)) return c.text(`${title}. ${failure.detail}`, status);
  const made = await page(c, {
    title,
    section: "/console",
    children: (
      <Card>
        <Notice tone="bad">
          <p>{failure.detail}</p>
          {faults.length > 0 && (
            <ul>
              {faults.map(({ pointer, detail }) => (
                <li>
                  <code>{pointer}</code> {detail}
                </li>
              ))}
            </ul>
          )}
        </Notice>
        <p class="small muted">Request {c.get("requestId")}</p>
        <div class="row">
          <ButtonLink href="/console">To the overview</ButtonLink>
        </div>
      </Card>
    ),
  });
  return new Response(made.body, { status, headers: made.headers });
}

/** Whether nobody has signed in: then there is no page to show around it. */
const isStranger = (c: ConsoleContext): boolean =>
  (c.get("principal") as AppEnv["Variables"]["principal"] | undefined) === undefined;
