import type { Scope } from "../../auth/scope.ts";
import { requireToken } from "../../http/access.ts";
import type { Figures, Tally } from "../../insight/figures.ts";
import { overview, type Span, SPANS } from "../../insight/overview.ts";
import { type Console, type ConsoleContext, page, scopeIn } from "../app-env.tsx";
import { Card, Stat, Table } from "../components/boxes.tsx";
import { Empty, Notice } from "../components/text.tsx";
import { channelName } from "../components/names.ts";
import { diagnosisOf } from "../diagnosis.ts";
import { keysOf } from "../../lib/objects.ts";
import { type Viewer, viewerOf } from "../viewer.ts";
import { Chart, PARTS } from "./overview/chart.tsx";
import { DIVISIONS, type Division, DividedChart } from "./overview/divided.tsx";
import { counted, percent } from "./overview/labels.ts";
import { MonthCosts, Service } from "./overview/service.tsx";
import { Troubles } from "./overview/troubles.tsx";

const SPAN_NAMES = { day: "24 hours", week: "7 days", month: "30 days" } as const satisfies Record<
  Span,
  string
>;

const isDivision = (text: string | undefined): text is Division =>
  text !== undefined && Object.hasOwn(DIVISIONS, text);

const isSpan = (text: string | undefined): text is Span => text !== undefined && Object.hasOwn(SPANS, text);

export function register(pages: Console): void {
  pages.get("/", async (c) => {
    const asked = c.req.query("span");
    const span = isSpan(asked) ? asked : "day";
    const by = c.req.query("by");
    const shown = { span, division: isDivision(by) ? by : null };
    const scope = scopeIn(c);
    const { clock } = c.get("deps");
    const config = scope.kind === "all" ? diagnosisOf(c) : [];
    const { figures, troubles, service } = await overview(c.get("ctx"), scope, { span, config });
    const viewer = viewerOf(c);
    const isUrgent = troubles.some(({ level }) => level === "error");
    return page(c, {
      title: "Overview",
      section: "/console",
      lead: aboutScope(c, scope),
      actions: <Spans current={shown} />,
      children: (
        <>
          {isUrgent && <Troubles troubles={troubles} />}
          <Totals total={figures.total} />
          <div class={service ? "two" : "stack"}>
            <Sent figures={figures} viewer={viewer} current={shown} />
            {service && (
              <Service health={service.health} gates={service.gates} viewer={viewer} now={clock.now()} />
            )}
          </div>
          {!isUrgent && <Troubles troubles={troubles} />}
          <div class={service ? "two" : "stack"}>
            <Routes figures={figures} />
            {service && <MonthCosts costs={service.costs} />}
          </div>
        </>
      ),
    });
  });
}

/** Whose messages are counted here. */
function aboutScope(c: ConsoleContext, scope: Scope): string {
  if (scope.kind === "all") return "All organizations";
  const { orgId } = requireToken(c.get("principal"));
  return orgId === null ? "Your token names no organization" : "Your organization and those below it";
}

/** What is shown. `division`: null for all messages together. */
interface Current {
  span: Span;
  division: Division | null;
}

const addressOf = ({ span, division }: Current): string =>
  `/console?${new URLSearchParams({ span, ...(division !== null && { by: division }) }).toString()}`;

const Spans = ({ current }: { current: Current }) => (
  <nav class="segments" aria-label="Time">
    {keysOf(SPAN_NAMES).map((span) => (
      <a href={addressOf({ ...current, span })} aria-current={span === current.span ? "true" : undefined}>
        {SPAN_NAMES[span]}
      </a>
    ))}
  </nav>
);

const Divisions = ({ current }: { current: Current }) => (
  <nav class="segments" aria-label="Divided">
    {[null, ...keysOf(DIVISIONS)].map((division) => (
      <a
        href={addressOf({ ...current, division })}
        aria-current={division === current.division ? "true" : undefined}
      >
        {division === null ? "All" : DIVISIONS[division]}
      </a>
    ))}
  </nav>
);

const made = ({ sent, failed, deferred, waiting, cancelled }: Tally): number =>
  sent + failed + deferred + waiting + cancelled;

const Totals = ({ total }: { total: Tally }) => (
  <div class="stats">
    <Stat
      name="Sent"
      value={counted(total.sent)}
      hint={
        total.sent + total.failed > 0 && `${percent(total.sent, total.sent + total.failed)} of what ended`
      }
    />
    <Stat name="Failed" value={counted(total.failed)} hint={`${counted(total.bounced)} of them bounced`} />
    <Stat name="Still put off" value={counted(total.deferred)} hint="waiting for later than was asked for" />
    <Stat name="Waiting" value={counted(total.waiting)} hint="for their time, or being sent" />
    <Stat name="Cancelled" value={counted(total.cancelled)} hint="no longer wanted" />
  </div>
);

const Sent = ({ figures, viewer, current }: { figures: Figures; viewer: Viewer; current: Current }) => (
  <Card title="Messages over time" actions={made(figures.total) > 0 && <Divisions current={current} />}>
    {made(figures.total) === 0 ? (
      <Empty title="Nothing was sent in this time">
        Send a first message: the guides at <a href="/docs">/docs</a> show how, and <code>npm start</code>{" "}
        prints one that you can paste.
      </Empty>
    ) : (
      <>
        {current.division === null ? (
          <Chart figures={figures} viewer={viewer} />
        ) : (
          <DividedChart figures={figures} viewer={viewer} division={current.division} />
        )}
        {figures.isIncomplete && (
          <Notice tone="info">
            There are so many messages that the last hour is not counted in full before it is over.
          </Notice>
        )}
        <p class="small muted">
          By the hour in which they were made, with what is known of them now.
          {figures.range.step === 24 && " Days are those of UTC."}
        </p>
      </>
    )}
  </Card>
);

const Routes = ({ figures: { routes } }: { figures: Figures }) => (
  <Card title="By channel and provider" flush>
    {routes.length === 0 ? (
      <Empty title="No channel was used">Choose a longer time above.</Empty>
    ) : (
      <Table
        label="Messages by channel and provider"
        rows={routes}
        columns={[
          {
            head: "Channel",
            cell: ({ channel }) => (
              <a class="nowrap" href={`/console/messages?channel=${channel}`}>
                {channelName(channel)}
              </a>
            ),
          },
          { head: "Provider", cell: ({ provider }) => provider ?? <span class="muted">none</span> },
          ...PARTS.map(({ name, title }) => ({
            head: title,
            numeric: true,
            cell: (route: Tally) => counted(route[name]),
          })),
          { head: "Cancelled", numeric: true, cell: ({ cancelled }) => counted(cancelled) },
          {
            head: "Failing",
            numeric: true,
            cell: ({ provider, failed, sent }) => (provider === null ? "–" : percent(failed, failed + sent)),
          },
        ]}
      />
    )}
  </Card>
);
