import { type Scope } from "../../../auth/scope.ts";
import { MAX_USERS } from "../../../events/recipients.ts";
import type { FieldError } from "../../../lib/failure.ts";
import type { OwnTypeData } from "../../../types/own-type.ts";
import { Card } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { Check, Choice, Group, TextArea, TextField } from "../../components/form.tsx";
import { channelName } from "../../components/names.ts";
import { Notice } from "../../components/text.tsx";
import { figure } from "../../figures.ts";
import { isAt, toldAt } from "../../input.ts";
import { lineNamer } from "../../lines.ts";
import { ownOf } from "../../owner.ts";
import type { Viewer } from "../../viewer.ts";
import type { Draft } from "./draft.ts";

export interface FormProps {
  draft: Draft;
  faults: readonly FieldError[];
  type: OwnTypeData;
  /** New for each form that is shown: however often this one is sent, it counts once. */
  token: string;
  viewer: Viewer;
  scope: Scope;
  /** Whether a dry run of it has been shown. */
  isTried: boolean;
}

/** The places of faults that a field shows. */
const SHOWN = ["/recipients", "/data", "/key", "/send_at", "/expires_at", "/actor", "/channels"];

/** A number of seconds, in minutes where it is some. */
const lengthOf = (seconds: number): string =>
  seconds > 0 && seconds % 60 === 0 ? `${figure(seconds / 60)} min` : `${figure(seconds)} s`;

export function SendForm({ draft, faults, type, token, viewer, scope, isTried }: FormProps) {
  const others = faults.filter((fault) => !SHOWN.some((place) => isAt(fault, place)));
  return (
    <Card title="What is sent">
      <form class="form" method="post" action="/console/events/new">
        <input type="hidden" name="token" value={token} />
        <input type="hidden" name="type" value={draft.type} />
        <input type="hidden" name="org_id" value={draft.org} />
        {others.length > 0 && (
          <Notice tone="bad">
            <ul>
              {others.map(({ pointer, detail }) => (
                <li>
                  <code>{pointer}</code> {detail}
                </li>
              ))}
            </ul>
          </Notice>
        )}
        <To draft={draft} faults={faults} scope={scope} />
        <TextArea
          name="data"
          label="Data"
          code
          rows={10}
          value={draft.data}
          fault={toldAt(faults, "/data")}
          hint="JSON, as the type's schema has it. The words use it as data."
        />
        <Group legend="Channels" fault={toldAt(faults, "/channels", () => "")}>
          {type.channels.map(({ channel, wait }) => (
            <Check
              name="channels"
              value={channel}
              label={
                wait === undefined
                  ? channelName(channel)
                  : `${channelName(channel)}, ${lengthOf(wait)} after the one before`
              }
              checked={draft.channels.includes(channel)}
            />
          ))}
        </Group>
        <div class="grid">
          <TextField
            name="send_at"
            type="datetime-local"
            label="Not before"
            value={draft.sendAt}
            fault={toldAt(faults, "/send_at")}
            hint={`On your clock (${viewer.zone}). Empty: now.`}
          />
          <TextField
            name="expires_at"
            type="datetime-local"
            label="Not after"
            value={draft.expiresAt}
            fault={toldAt(faults, "/expires_at")}
            hint={
              type.expires_after === null
                ? "What is not sent by then is given up. Empty: never."
                : `What is not sent by then is given up. The type gives it up after ${lengthOf(type.expires_after)} at the latest.`
            }
          />
          <TextField
            name="actor"
            label="Caused by"
            value={draft.actor}
            fault={toldAt(faults, "/actor")}
            hint="The id of a user: words may use it as actor. May be empty."
          />
          <TextField
            name="key"
            label="Key"
            value={draft.key}
            fault={toldAt(faults, "/key")}
            hint={
              type.dedupe === "event"
                ? "A second event with this key is not made. May be empty."
                : "Nobody is told twice under this key. May be empty."
            }
          />
        </div>
        <div class="row">
          {isTried && (
            <Button look="primary" name="do" value="send">
              Send
            </Button>
          )}
          <Button {...(!isTried && { look: "primary" as const })} name="do" value="try">
            {isTried ? "Dry run again" : "Dry run"}
          </Button>
          {!isTried && <span class="small muted">Shows who would get it. Sending comes after it.</span>}
        </div>
      </form>
    </Card>
  );
}

const To = ({ draft, faults, scope }: Pick<FormProps, "draft" | "faults" | "scope">) => (
  <Choice
    name="to"
    legend="Recipients"
    value={draft.to}
    options={[
      {
        value: "users",
        label: "These users",
        fields: (
          <TextArea
            name="users"
            label="Ids of users"
            code
            rows={5}
            value={draft.users}
            fault={
              draft.to === "users" ? toldAt(faults, "/recipients/users", lineNamer(draft.users)) : undefined
            }
            hint={`One on each line, up to ${figure(MAX_USERS)}.`}
          />
        ),
      },
      {
        value: "topic",
        label: "The subscribers of a topic",
        fields: (
          <TextField
            name="topic"
            label="Id of the topic"
            value={draft.topic}
            fault={draft.to === "topic" ? toldAt(faults, "/recipients", () => "") : undefined}
          />
        ),
      },
      {
        value: "org",
        label: "Everybody in an organization",
        fields: (
          <>
            <TextField
              name="to_org"
              label="Id of the organization"
              value={draft.toOrg}
              fault={draft.to === "org" ? toldAt(faults, "/recipients", () => "") : undefined}
              {...(scope.kind === "org" && { hint: `Yours is ${ownOf(scope)}.` })}
            />
            <Check name="sub_orgs" label="And those below it" checked={draft.withSubOrgs} />
          </>
        ),
      },
    ]}
  />
);
