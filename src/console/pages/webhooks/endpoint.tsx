import { messagesQuery } from "../../../api/webhook-endpoints/message-schemas.ts";
import { change } from "../../../api/webhook-endpoints/schemas.ts";
import type { Endpoint } from "../../../channels/webhook/endpoint.ts";
import { changeEndpoint, readEndpoint, removeEndpoint } from "../../../channels/webhook/endpoints.ts";
import { listMessages, sendTest } from "../../../channels/webhook/messages.ts";
import { NO_TRAFFIC, readTraffic, type Traffic } from "../../../channels/webhook/traffic.ts";
import { authorOf } from "../../../http/author.ts";
import { countChange } from "../../../http/count-change.ts";
import { idAfter, paginateById } from "../../../http/id-cursor.ts";
import { DAY } from "../../../lib/clock.ts";
import { printId } from "../../../lib/ids.ts";
import { type Console, type ConsoleContext, page, scopeIn } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { Facts, Id, Time } from "../../components/text.tsx";
import { byFirstPart, type Faults, faultsOfForm, NO_FAULTS } from "../../faults.ts";
import { fieldsOf } from "../../fields.ts";
import { figure } from "../../figures.ts";
import { checkedBy, queryIn } from "../../input.ts";
import { done, noticeIn } from "../../notices.ts";
import { nameOfOwner, pathFor } from "../../owner.ts";
import { viewerOf } from "../../viewer.ts";
import { Actions, rotate } from "./actions.tsx";
import { EndpointForm, givenBy, typedIn, type TypedEndpoint, typedOf } from "./form.tsx";
import { Log } from "./log.tsx";
import { endpointIdOf, endpointPath, WEBHOOKS, webhookPath } from "./paths.ts";
import { replay, ReplayCard, type TypedReplay } from "./replay.tsx";
import { backlogOf, EndpointState, nameOf, Standing } from "./state.tsx";

/** Webhooks on a page. */
const LIMIT = 25;
const query = messagesQuery.omit({ limit: true });

/** A form of the page that was refused. */
interface Refused {
  endpoint?: { typed: TypedEndpoint; faults: Faults };
  replay?: TypedReplay;
}

const idIn = (c: ConsoleContext): string => endpointIdOf(c.req.param("id") ?? "");

/** Three round trips at once. @throws 404 */
async function show(c: ConsoleContext, refused: Refused | null = null): Promise<Response> {
  const [ctx, scope, id] = [c.get("ctx"), scopeIn(c), idIn(c)];
  const { status, cursor } = refused === null ? queryIn(c, query) : {};
  const [endpoint, found, traffic] = await Promise.all([
    readEndpoint(ctx, scope, id),
    listMessages(ctx, scope, id, { status, before: idAfter(cursor), limit: LIMIT }),
    readTraffic(ctx, scope, [id]),
  ]);
  const { rows, pagination } = paginateById(LIMIT, found, (row) => row.id);
  const viewer = viewerOf(c);
  const typed = refused?.endpoint ?? { typed: typedOf(endpoint), faults: NO_FAULTS };
  return page(
    c,
    {
      title: nameOf(endpoint),
      section: WEBHOOKS,
      crumb: { href: pathFor(WEBHOOKS, endpoint.org_id), name: "Webhooks" },
      notice:
        refused === null ? noticeIn(c) : { tone: "bad", text: "It is not done: something has to be mended." },
      actions: <Actions endpoint={endpoint} />,
      children: (
        <>
          <Standing c={c} endpoint={endpoint} />
          <Log
            endpointId={id}
            rows={rows}
            status={status}
            isFirst={cursor === undefined}
            next={pagination.next_cursor}
            viewer={viewer}
          />
          <div class="two">
            <Card title="The endpoint">
              <EndpointForm action={endpointPath(id)} label="Save" {...typed} />
            </Card>
            <div class="stack">
              <About c={c} endpoint={endpoint} traffic={traffic.get(id) ?? NO_TRAFFIC} />
              <ReplayCard c={c} endpoint={endpoint} typed={refused?.replay ?? null} />
            </div>
          </div>
        </>
      ),
    },
    refused === null ? 200 : 400,
  );
}

const About = ({ c, endpoint, traffic }: { c: ConsoleContext; endpoint: Endpoint; traffic: Traffic }) => {
  const viewer = viewerOf(c);
  const now = c.get("ctx").clock.now();
  const { previous_until, queued_on, queued_count } = endpoint;
  return (
    <Card title="About it">
      <Facts
        facts={[
          ["State", <EndpointState endpoint={endpoint} traffic={traffic} />],
          ["Last success", <Time at={traffic.lastSuccessAt} viewer={viewer} />],
          ["Failing since", endpoint.failing_since && <Time at={endpoint.failing_since} viewer={viewer} />],
          ["Disabled", endpoint.disabled_at && <Time at={endpoint.disabled_at} viewer={viewer} />],
          ["Waiting", backlogOf(traffic)],
          ["Made today (UTC)", figure(queued_on === Math.floor(now / DAY) ? queued_count : 0)],
          [
            "Former secret signs until",
            previous_until === null || previous_until <= now ? null : (
              <Time at={previous_until} viewer={viewer} />
            ),
          ],
          ["Hears of", endpoint.org_id === "" ? "everything" : `${nameOfOwner(endpoint.org_id)} and below`],
          ["Made", <Time at={endpoint.created_at} viewer={viewer} />],
          ["Changed", <Time at={endpoint.updated_at} viewer={viewer} />],
          ["Id", <Id id={printId("whe", endpoint.id)} />],
        ]}
      />
    </Card>
  );
};

export function register(pages: Console): void {
  pages.get("/webhooks/:id", (c) => show(c));

  pages.post("/webhooks/:id", async (c) => {
    const id = idIn(c);
    const typed = typedIn((await fieldsOf(c)).entries());
    try {
      const given = checkedBy(change, givenBy(typed));
      await countChange(c);
      await changeEndpoint(c.get("ctx"), authorOf(c), scopeIn(c), id, given);
    } catch (error) {
      return show(c, { endpoint: { typed, faults: faultsOfForm(error, byFirstPart) } });
    }
    return done(c, endpointPath(id), "saved");
  });

  for (const [name, enabled] of [
    ["pause", false],
    ["enable", true],
  ] as const)
    pages.post(`/webhooks/:id/${name}`, async (c) => {
      const id = idIn(c);
      await countChange(c);
      await changeEndpoint(c.get("ctx"), authorOf(c), scopeIn(c), id, { enabled });
      return done(c, endpointPath(id), enabled ? "enabled" : "paused_endpoint");
    });

  pages.post("/webhooks/:id/test", async (c) => {
    const id = idIn(c);
    await countChange(c);
    const test = await sendTest(c.get("ctx"), authorOf(c), scopeIn(c), id);
    return done(c, webhookPath(id, test.id), "tested");
  });

  pages.post("/webhooks/:id/rotate", (c) => rotate(c, idIn(c)));

  pages.post("/webhooks/:id/replay", async (c) => {
    const answered = await replay(c);
    return answered instanceof Response ? answered : show(c, { replay: answered });
  });

  pages.post("/webhooks/:id/delete", async (c) => {
    const endpoint = await readEndpoint(c.get("ctx"), scopeIn(c), idIn(c));
    await countChange(c);
    await removeEndpoint(c.get("ctx"), authorOf(c), scopeIn(c), endpoint.id);
    return done(c, pathFor(WEBHOOKS, endpoint.org_id), "deleted");
  });
}
