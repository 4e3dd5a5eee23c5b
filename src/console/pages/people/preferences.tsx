import { CHANNELS } from "../../../db/schema/index.ts";
import { ALL, type CellChanges } from "../../../preferences/cells.ts";
import { type Choice, quietHoursOf } from "../../../preferences/decide.ts";
import type { Matrix } from "../../../preferences/matrix.ts";
import { Card } from "../../components/boxes.tsx";
import { Button } from "../../components/form.tsx";
import { channelName } from "../../components/names.ts";

/** Rows that are shown: a page with all that there may be would be too large. */
const MAX_ROWS = 20;

/** What a person has chosen in a cell: on, off, or nothing. */
type State = "1" | "0" | "i";

const stateOf = (choice: Choice): State => (choice.by !== "user" ? "i" : choice.on ? "1" : "0");

const fieldFor = (category: string, channel: string, was: State): string => `c.${category}.${channel}.${was}`;
const FIELD = /^c\.([a-z][a-z0-9_]{0,63})\.([a-z_]{1,20})\.([10i])$/u;

/** The cells that a form changes: those whose choice is another than the page has shown. */
export function changesIn(entries: readonly (readonly [string, string])[]): CellChanges {
  const changes: Record<string, Record<string, boolean | null>> = {};
  for (const [name, value] of entries) {
    const [, category = "", channel = "", was] = FIELD.exec(name) ?? [];
    const isChannel = CHANNELS.some((one) => one === channel);
    if (!isChannel || value === was || !["1", "0", "i"].includes(value)) continue;
    changes[category] = { ...changes[category], [channel]: value === "i" ? null : value === "1" };
  }
  return changes;
}

/** A category's id, as people write. */
function categoryName(category: string): string {
  const words = category.replaceAll("_", " ");
  return category === ALL ? "Everything" : words.charAt(0).toUpperCase() + words.slice(1);
}

const onOff = (on: boolean): string => (on ? "on" : "off");

const Cell = ({ category, channel, choice }: { category: string; channel: string; choice: Choice }) => {
  if (choice.by === "org" && choice.locked)
    return <span class="muted">{onOff(choice.on)}, locked by the organization</span>;
  const state = stateOf(choice);
  // What is inherited when the person has chosen is not known here.
  const inherited = state === "i" ? `Inherited: ${onOff(choice.on)}` : "Inherit";
  return (
    <select
      name={fieldFor(category, channel, state)}
      aria-label={`${categoryName(category)}, ${channelName(channel)}`}
    >
      {(
        [
          ["i", inherited],
          ["1", "On"],
          ["0", "Off"],
        ] as const
      ).map(([value, name]) => (
        <option value={value} selected={value === state}>
          {name}
        </option>
      ))}
    </select>
  );
};

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

function quietHours({ reader, orgs }: Matrix): string {
  const hours = quietHoursOf(reader, orgs);
  if (hours === null || !hours.enabled) return "No quiet hours.";
  const days = hours.days.length === 7 ? "every day" : hours.days.map((day) => DAYS[day]).join(", ");
  const whose = reader.quietHours === null ? "as the organization has it" : "as they have chosen";
  return `Quiet from ${hours.start} to ${hours.end}, ${days}, ${whose}. Time zone: ${reader.timezone ?? "UTC"}.`;
}

/** Whether nobody has decided anything: such rows come last. */
const isUntouched = (category: string, row: Readonly<Record<string, Choice>>): boolean =>
  category !== ALL && Object.values(row).every(({ by }) => by === "default");

/** What a person wants to be told, and where; it can be changed. */
export function PreferencesCard({ matrix, action }: { matrix: Matrix; action: string }) {
  const rows = Object.entries(matrix.categories).toSorted(
    ([a, ofA], [b, ofB]) => Number(isUntouched(a, ofA)) - Number(isUntouched(b, ofB)),
  );
  const shown = rows.slice(0, MAX_ROWS);
  return (
    <Card title="Preferences" id="preferences" flush>
      <form method="post" action={action}>
        <div class="scroll" role="region" aria-label="Choices by category and channel" tabindex={0}>
          <table class="choices">
            <thead>
              <tr>
                <th scope="col">Category</th>
                {CHANNELS.map((channel) => (
                  <th scope="col">{channelName(channel)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map(([category, row]) => (
                <tr>
                  <th scope="row">{categoryName(category)}</th>
                  {CHANNELS.map((channel) => {
                    const choice = row[channel];
                    return (
                      <td>{choice && <Cell category={category} channel={channel} choice={choice} />}</td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <div class="pager">
          <div class="small muted">
            <p>{quietHours(matrix)}</p>
            {rows.length > shown.length && (
              <p>{rows.length - shown.length} more categories can be changed by the API.</p>
            )}
          </div>
          <Button>Save</Button>
        </div>
      </form>
    </Card>
  );
}
