import type { Child } from "hono/jsx";
import { requireToken } from "../../http/access.ts";
import { checkHealth } from "../../insight/health.ts";
import { getOrgPreferences } from "../../preferences/org-preferences.ts";
import { type Console, type ConsoleContext, page, scopeIn } from "../app-env.tsx";
import { Card } from "../components/boxes.tsx";
import { Empty } from "../components/text.tsx";
import { diagnosisOf } from "../diagnosis.ts";
import { viewerOf } from "../viewer.ts";
import { Configured, ToDo } from "./settings/diagnosis.tsx";
import { Jobs } from "./settings/jobs.tsx";
import { Limits, OwnLimits } from "./settings/limits.tsx";
import { Organization } from "./settings/organization.tsx";

export function register(pages: Console): void {
  pages.get("/settings", (c) => (scopeIn(c).kind === "all" ? ofService(c) : ofOrganization(c)));
}

/** What is configured, what is missing and what to do: for those who administer the service. One round trip. */
async function ofService(c: ConsoleContext): Promise<Response> {
  const { config, clock } = c.get("deps");
  const { jobs } = await checkHealth(c.get("ctx"));
  const found = diagnosisOf(c);
  return settings(
    c,
    <>
      <ToDo findings={found} />
      <div class="two">
        <div class="stack">
          <Configured findings={found} />
          <Jobs jobs={jobs} viewer={viewerOf(c)} now={clock.now()} />
        </div>
        <Limits config={config} />
      </div>
    </>,
    "The whole service",
  );
}

/** What an organization has set and inherits. Nothing of the service but the limits that are its own. One round trip. */
async function ofOrganization(c: ConsoleContext): Promise<Response> {
  const { config } = c.get("deps");
  const { orgId } = requireToken(c.get("principal"));
  if (orgId === null)
    return settings(
      c,
      <Card>
        <Empty title="Your token names no organization">
          Sign in with a token that has your organization as <code>org_id</code>.
        </Empty>
      </Card>,
    );
  const set = await getOrgPreferences(c.get("ctx"), scopeIn(c), orgId);
  return settings(
    c,
    <div class="two">
      <Organization set={set} />
      <OwnLimits config={config} />
    </div>,
    "What holds in your organization",
  );
}

const settings = (c: ConsoleContext, children: Child, lead?: string): Promise<Response> =>
  page(c, { title: "Settings", section: "/console/settings", lead, children });
