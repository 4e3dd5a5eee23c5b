import { type Channel, CHANNELS } from "../../../db/schema/index.ts";
import { ALL, type CellChanges } from "../../../preferences/cells.ts";
import type { Choice } from "../../../preferences/decide.ts";
import type { Matrix } from "../../../preferences/matrix.ts";
import { Card } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { channelName } from "../../components/names.ts";
import { Notice } from "../../components/text.tsx";
import { type Faults, NO_FAULTS } from "../../faults.ts";

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

/** What was typed into the form and refused, and why. */
export interface RefusedChoices {
  cells: CellChanges;
  faults: Faults;
}

/** The faults of a cell are named as `category.channel`. */
export const choiceFor = (pointer: string): { field: string } | null => {
  const [, first, category = "", channel] = pointer.split("/");
  return first === "categories" && channel !== undefined ? { field: `${category}.${channel}` } : null;
};

/** What stands in a cell that was typed; undefined: as it is. */
function typedState(cells: CellChanges, category: string, channel: Channel): State | undefined {
  const on = cells[category]?.[channel];
  return on === undefined ? undefined : on === null ? "i" : on ? "1" : "0";
}

/** A category's id, as people write. */
function categoryName(category: string): string {
  const words = category.replaceAll("_", " ");
  return category === ALL ? "Everything" : words.charAt(0).toUpperCase() + words.slice(1);
}

const onOff = (on: boolean): string => (on ? "on" : "off");

interface CellProps {
  category: string;
  channel: Channel;
  choice: Choice;
  refused: RefusedChoices;
}

const Cell = ({ category, channel, choice, refused }: CellProps) => {
  if (choice.by === "org" && choice.locked)
    return <span class="muted">{onOff(choice.on)}, locked by the organization</span>;
  const state = stateOf(choice);
  const typed = typedState(refused.cells, category, channel);
  // What is inherited when the person has chosen is not known here.
  const inherited = state === "i" ? `Inherited: ${onOff(choice.on)}` : "Inherit";
  return (
    <select
      name={fieldFor(category, channel, state)}
      aria-label={`${categoryName(category)}, ${channelName(channel)}`}
      aria-invalid={refused.faults.of.has(`${category}.${channel}`) ? "true" : undefined}
    >
      {(
        [
          ["i", inherited],
          ["1", "On"],
          ["0", "Off"],
        ] as const
      ).map(([value, name]) => (
        <option value={value} selected={value === (typed ?? state)}>
          {name}
        </option>
      ))}
    </select>
  );
};

/** Whether nobody has decided anything: such rows come last. */
const isUntouched = (category: string, row: Readonly<Record<string, Choice>>): boolean =>
  category !== ALL && Object.values(row).every(({ by }) => by === "default");

const NOTHING_REFUSED: RefusedChoices = { cells: {}, faults: NO_FAULTS };

/** What a person wants to be told, and where; it can be changed. @param refused what stands in the form, to be mended */
export function PreferencesCard({
  matrix,
  action,
  refused = NOTHING_REFUSED,
}: {
  matrix: Matrix;
  action: string;
  refused?: RefusedChoices | undefined;
}) {
  const isLate = (category: string, row: Readonly<Record<string, Choice>>) =>
    isUntouched(category, row) && refused.cells[category] === undefined;
  const rows = Object.entries(matrix.categories).toSorted(
    ([a, ofA], [b, ofB]) => Number(isLate(a, ofA)) - Number(isLate(b, ofB)),
  );
  const shown = rows.slice(0, MAX_ROWS);
  return (
    <Card title="Preferences" id="preferences" flush>
      <form method="post" action={action}>
        {refused.faults.others.length > 0 && (
          <div class="pad">
            <Notice tone="bad">
              {refused.faults.others.map((text) => (
                <p>{text}</p>
              ))}
            </Notice>
          </div>
        )}
        <div class="scroll" role="region" aria-label="Choices by category and channel" tabindex={0}>
          <table class="choices">
            <thead>
              <tr>
                <th scope="col">Category</th>
                {matrix.channels.map((channel) => (
                  <th scope="col">{channelName(channel)}</th>
                ))}
              </tr>
            </thead>
            <tbody>
              {shown.map(([category, row]) => (
                <tr>
                  <th scope="row">{categoryName(category)}</th>
                  {matrix.channels.map((channel) => {
                    const choice = row[channel];
                    const fault = refused.faults.of.get(`${category}.${channel}`);
                    return (
                      <td>
                        {choice && (
                          <Cell category={category} channel={channel} choice={choice} refused={refused} />
                        )}
                        {fault && <p class="fault">{fault}</p>}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
        <div class="pager">
          <div class="small muted">
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
