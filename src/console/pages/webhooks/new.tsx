import { body } from "../../../api/webhook-endpoints/schemas.ts";
import { createEndpoint, type WithSecret } from "../../../channels/webhook/endpoints.ts";
import { authorOf } from "../../../http/author.ts";
import { countChange } from "../../../http/count-change.ts";
import { type Console, type ConsoleContext, page, scopeIn } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { SecretCard } from "../../components/secret.tsx";
import { Notice } from "../../components/text.tsx";
import { byFirstPart, type Faults, faultsOfForm, NO_FAULTS } from "../../faults.ts";
import { fieldsOf } from "../../fields.ts";
import { checkedBy } from "../../input.ts";
import { nameOfOwner, type Owner, ownerIn } from "../../owner.ts";
import { EndpointForm, givenBy, NEW, type TypedEndpoint, typedIn } from "./form.tsx";
import { endpointPath, WEBHOOKS } from "./paths.ts";
import { nameOf } from "./state.tsx";

const showNew = (c: ConsoleContext, owner: Owner, typed: TypedEndpoint, faults: Faults): Promise<Response> =>
  page(
    c,
    {
      title: "New endpoint",
      section: WEBHOOKS,
      crumb: { href: owner.path(WEBHOOKS), name: "Webhooks" },
      lead: `It hears of ${owner.id === "" ? "everything" : `${nameOfOwner(owner.id)} and all below it`}.`,
      notice:
        faults === NO_FAULTS ? null : { tone: "bad", text: "It is not made: something has to be mended." },
      children: (
        <>
          {c.get("deps").config.secretsKeys === null && (
            <Notice tone="bad" title="This service cannot store secrets yet.">
              Its operator must set <code>SECRETS_KEY</code>: the settings say how.
            </Notice>
          )}
          <Card>
            <EndpointForm
              action={owner.path(`${WEBHOOKS}/new`)}
              label="Add it"
              typed={typed}
              faults={faults}
            />
          </Card>
        </>
      ),
    },
    faults === NO_FAULTS ? 200 : 400,
  );

/** Answers with the secret of an endpoint: no other page shows it. */
export const showSecret = (
  c: ConsoleContext,
  { endpoint, secret }: WithSecret,
  title: string,
  about: string,
): Promise<Response> =>
  page(c, {
    title,
    section: WEBHOOKS,
    crumb: { href: endpointPath(endpoint.id), name: nameOf(endpoint) },
    address: endpointPath(endpoint.id),
    children: (
      <SecretCard secret={secret} next={{ href: endpointPath(endpoint.id), name: "Go to the endpoint" }}>
        <p>
          {about} The calls are signed as Standard Webhooks says: for most languages there is a library that
          takes this secret, and verifies them.
        </p>
      </SecretCard>
    ),
  });

export function register(pages: Console): void {
  pages.get("/webhooks/new", (c) => showNew(c, ownerIn(c), NEW, NO_FAULTS));

  pages.post("/webhooks/new", async (c) => {
    const owner = ownerIn(c);
    const typed = typedIn((await fieldsOf(c)).entries());
    let made: WithSecret;
    try {
      const input = { ...checkedBy(body, givenBy(typed)), owner: owner.id };
      await countChange(c);
      made = await createEndpoint(c.get("ctx"), authorOf(c), scopeIn(c), input);
    } catch (error) {
      return showNew(c, owner, typed, faultsOfForm(error, byFirstPart));
    }
    return showSecret(c, made, "The endpoint is made", "Give it to your program, then send a test.");
  });
}
