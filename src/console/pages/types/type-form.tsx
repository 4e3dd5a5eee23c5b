import { typeParam } from "../../../api/types/schemas.ts";
import { type Channel, CHANNELS } from "../../../db/schema/index.ts";
import { authorOf } from "../../../http/author.ts";
import { Failure, invalid, notFound } from "../../../lib/failure.ts";
import { configuredChannels } from "../../../types/configured.ts";
import { defineOwnType, deleteOwnType } from "../../../types/define.ts";
import { readType } from "../../../types/read.ts";
import { type Console, type ConsoleContext, page, scopeIn } from "../../app-env.tsx";
import { Card } from "../../components/boxes.tsx";
import { Button, ButtonLink } from "../../components/buttons.tsx";
import { Amount, Check, Select, TextArea, TextField } from "../../components/form.tsx";
import { Notice } from "../../components/text.tsx";
import { type Faults, faultsOfForm, NO_FAULTS } from "../../faults.ts";
import { done } from "../../notices.ts";
import { type Fields, fieldsOf } from "../../fields.ts";
import { UNIT_NAMES } from "./duration.ts";
import { nameOfOwner, type Owner, ownerIn } from "../../owner.ts";
import { fieldFor, typeTyped, valuesOf } from "./type-values.ts";

/** Where a new type is made: no type has such an id. */
const NEW = "/console/types/new-type";

export function register(pages: Console): void {
  pages.get("/types/new-type", (c) => show(c, ownerIn(c), null, (name) => STARTING[name] ?? ""));

  pages.post("/types/new-type", async (c) => {
    const typed = await fieldsOf(c);
    return define(c, ownerIn(c), null, typed, typed("id").trim());
  });

  pages.get("/types/:type/edit", async (c) => {
    const owner = ownerIn(c);
    const { data } = await readType(c.get("ctx"), scopeIn(c), owner.id, c.req.param("type"));
    // One that is inherited is changed where it is.
    if (data.org_id !== owner.id) throw notFound("type of this organization's own");
    return show(c, owner, data.id, valuesOf(data));
  });

  pages.post("/types/:type", async (c) =>
    define(c, ownerIn(c), c.req.param("type"), await fieldsOf(c), c.req.param("type")),
  );

  pages.post("/types/:type/delete", async (c) => {
    const owner = ownerIn(c);
    const type = { id: c.req.param("type"), owner: owner.id };
    await deleteOwnType(c.get("ctx"), c.get("deps").types, authorOf(c), scopeIn(c), type);
    return done(c, owner.path("/console/types"), "deleted");
  });
}

const STARTING: Readonly<Record<string, string>> = { channel_0: "in_app", dedupe: "event" };

/** Writes what was typed, or shows it again with its faults. @param existing null: it must be new */
async function define(
  c: ConsoleContext,
  owner: Owner,
  existing: string | null,
  typed: Fields,
  id: string,
): Promise<Response> {
  try {
    const parsed = typeParam.safeParse({ type: id });
    if (!parsed.success)
      throw invalid(parsed.error.issues.map(({ message }) => ({ pointer: "/id", detail: message })));
    const { category = id, ...given } = typeTyped(typed);
    await defineOwnType(
      c.get("ctx"),
      c.get("deps").types,
      authorOf(c),
      scopeIn(c),
      { ...given, id, org_id: owner.id, category },
      { isNew: existing === null },
    );
  } catch (error) {
    const told = existing === null ? atId(error) : error;
    return show(c, owner, existing, typed, faultsOfForm(told, fieldFor(typed)));
  }
  return done(c, owner.path(`/console/types/${id}`), "saved");
}

/** Conflicts about the id are told at its field. */
function atId(error: unknown): unknown {
  const isAboutId =
    error instanceof Failure &&
    ["type_exists", "type_taken", "type_built_in"].includes(error.options.code ?? "");
  return isAboutId ? invalid([{ pointer: "/id", detail: error.detail }]) : error;
}

function show(
  c: ConsoleContext,
  owner: Owner,
  existing: string | null,
  values: Fields,
  faults: Faults = NO_FAULTS,
): Promise<Response> {
  const hasFaults = faults.of.size > 0 || faults.others.length > 0;
  const back = existing === null ? "/console/types" : `/console/types/${existing}`;
  return page(
    c,
    {
      title: existing === null ? "New type" : `Change ${existing}`,
      section: "/console/types",
      crumb: { href: owner.path(back), name: existing ?? "Types and words" },
      lead: `Of ${nameOfOwner(owner.id)}; organizations below inherit it.`,
      notice: hasFaults ? { tone: "bad", text: "It is not saved: something has to be mended." } : null,
      children: (
        <Card>
          {faults.others.length > 0 && (
            <Notice tone="bad">
              {faults.others.map((text) => (
                <p>{text}</p>
              ))}
            </Notice>
          )}
          <form class="form" method="post" action={owner.path(existing === null ? NEW : back)}>
            <Fields
              values={values}
              faults={faults}
              isNew={existing === null}
              channels={channelsFor(c, values)}
            />
            <div class="row">
              <Button look="primary">{existing === null ? "Create the type" : "Save"}</Button>
              <ButtonLink href={owner.path(back)}>Leave it as it is</ButtonLink>
            </div>
          </form>
        </Card>
      ),
    },
    hasFaults ? 400 : 200,
  );
}

/** The channels to choose from: those that are configured, and those that the type has already. */
function channelsFor(c: ConsoleContext, values: Fields): Channel[] {
  const stands = new Set(CHANNELS.map((_, place) => values(`channel_${place}`)));
  const configured = configuredChannels(c.get("ctx"));
  return CHANNELS.filter((channel) => configured.includes(channel) || stands.has(channel));
}

interface FieldsProps {
  values: Fields;
  faults: Faults;
  isNew: boolean;
  channels: readonly Channel[];
}

function Fields({ values, faults, isNew, channels }: FieldsProps) {
  /** What every field gets. */
  const field = (name: string, label: string, hint?: string) => ({
    name,
    label,
    value: values(name),
    fault: faults.of.get(name),
    ...(hint !== undefined && { hint }),
  });
  const amount = (name: string, label: string, hint?: string) => ({
    ...field(name, label, hint),
    unit: values(`${name}_unit`) || "minutes",
    units: UNIT_NAMES,
  });
  return (
    <>
      <div class="columns">
        {isNew && (
          <TextField
            {...field("id", "Id", "A letter, then a-z, 0-9 and _. Events name it; it never changes.")}
            required
            placeholder="order_shipped"
          />
        )}
        <TextField {...field("name", "Name", "For people who administer types.")} required />
        <TextField {...field("category", "Category", "What users switch on and off. Left empty: the id.")} />
      </div>
      <fieldset>
        <legend>Channels, in the order in which they are tried</legend>
        {channels.map((_, i) => (
          <div class="columns">
            <Select
              {...field(`channel_${i}`, `${i + 1}. channel`)}
              options={[["", "none"], ...channels.map((name) => [name, name] as const)]}
            />
            {i === 0 ? (
              <p class="small muted">
                The first is sent at once. A later one with a wait is sent only if none before it has reached
                the user by then; without a wait it is sent at once, too.
              </p>
            ) : (
              <Amount {...amount(`wait_${i}`, `Wait before the ${i + 1}. channel`)} />
            )}
          </div>
        ))}
      </fieldset>
      <fieldset>
        <legend>How it is sent</legend>
        <Check
          name="critical"
          label="Critical: also to those who have switched it off, and in quiet hours. Only for global_admin and service."
          checked={values("critical") === "on"}
        />
        {faults.of.has("critical") && <p class="fault">{faults.of.get("critical")}</p>}
        <div class="columns">
          <Select
            {...field("dedupe", "The same key again")}
            options={[
              ["event", "is the same event"],
              ["recipient", "notifies only those who were not notified"],
            ]}
          />
          <Amount {...amount("expires_after", "Expires after", "Left empty: never.")} />
        </div>
        <div class="columns">
          <Amount {...amount("window", "Batching window", "Messages to a user within it become one.")} />
          <TextField {...field("key", "Batched by", "A field of the data. Left empty: all together.")} />
        </div>
        <div class="columns">
          <TextField
            {...field("limit", "At most so many messages", "To a user and channel; others are skipped.")}
            type="text"
          />
          <Amount {...amount("per", "In")} />
        </div>
      </fieldset>
      <fieldset>
        <legend>Its data</legend>
        <TextArea
          {...field(
            "schema",
            "JSON Schema (2020-12) of an event's data",
            "Its properties are the variables of the words. Left empty: any object.",
          )}
          code
          rows={12}
        />
        <TextArea
          {...field("sample", "Sample", "JSON that fits the schema: previews and tests show it.")}
          code
          rows={6}
        />
      </fieldset>
    </>
  );
}
