import type { Child } from "hono/jsx";
import type { Endpoint } from "../../../channels/webhook/endpoint.ts";
import { EVENT_TYPES } from "../../../channels/webhook/events.ts";
import { Button } from "../../components/buttons.tsx";
import { Check, Choice, TextField } from "../../components/form.tsx";
import { Notice } from "../../components/text.tsx";
import type { Faults } from "../../faults.ts";

/** An endpoint as it is typed. */
export interface TypedEndpoint {
  url: string;
  description: string;
  wants: "all" | "some";
  types: readonly string[];
}

export const NEW: TypedEndpoint = { url: "", description: "", wants: "all", types: [] };

/** What the form holds of an endpoint that is there. */
export const typedOf = ({ url, description, types }: Endpoint): TypedEndpoint => ({
  url,
  description: description ?? "",
  wants: types === null ? "all" : "some",
  types: types ?? [],
});

/** What a form has sent. */
export function typedIn(entries: readonly (readonly [string, string])[]): TypedEndpoint {
  const of = (name: string) => entries.filter(([own]) => own === name).map(([, value]) => value.trim());
  return {
    url: of("url")[0] ?? "",
    description: of("description")[0] ?? "",
    wants: of("wants")[0] === "some" ? "some" : "all",
    types: of("types"),
  };
}

/** The same as the API gets it. */
export const givenBy = ({ url, description, wants, types }: TypedEndpoint) => ({
  url,
  description: description === "" ? null : description,
  types: wants === "all" ? null : types,
});

/** When each type comes. */
const ABOUT = {
  "message.sent": "a provider has accepted it",
  "message.delivered": "it has arrived",
  "message.bounced": "it came back",
  "message.failed": "it could not be sent",
  "message.skipped": "nobody wanted it",
  "message.read": "its reader has read it",
  "event.completed": "all messages of an event are made",
  "device.invalidated": "a device gets no more pushes",
  "suppression.added": "an address or a number gets nothing more",
  "preferences.changed": "a person has changed what they want",
  "endpoint.disabled": "another endpoint was disabled",
} as const satisfies Record<(typeof EVENT_TYPES)[number], string>;

/** The fields of an endpoint. @param children further buttons */
export const EndpointForm = ({
  action,
  label,
  typed,
  faults,
  children,
}: {
  action: string;
  label: string;
  typed: TypedEndpoint;
  faults: Faults;
  children?: Child;
}) => (
  <form class="form" method="post" action={action}>
    {faults.others.length > 0 && (
      <Notice tone="bad">
        {faults.others.map((text) => (
          <p>{text}</p>
        ))}
      </Notice>
    )}
    <TextField
      name="url"
      label="URL"
      type="url"
      required
      value={typed.url}
      fault={faults.of.get("url")}
      placeholder="https://example.com/webhooks/tidings"
      hint="https, a public host. Your program answers 2xx within ten seconds, and does its work later."
    />
    <TextField
      name="description"
      label="Description"
      value={typed.description}
      fault={faults.of.get("description")}
      hint="What it is for. May be empty."
    />
    <Choice
      name="wants"
      legend="What it hears of"
      value={typed.wants}
      fault={faults.of.get("types")}
      options={[
        { value: "all", label: "Everything, also what a later version adds", fields: null },
        {
          value: "some",
          label: "Only these",
          fields: EVENT_TYPES.map((type) => (
            <Check
              name="types"
              value={type}
              label={`${type}: ${ABOUT[type]}`}
              checked={typed.types.includes(type)}
            />
          )),
        },
      ]}
    />
    <div class="row">
      <Button look="primary">{label}</Button>
      {children}
    </div>
  </form>
);
