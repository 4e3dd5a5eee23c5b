import { hoursInput } from "../../../api/preferences/schemas.ts";
import { fieldErrors } from "../../../http/field-errors.ts";
import { invalid } from "../../../lib/failure.ts";
import { quietHoursOf } from "../../../preferences/decide.ts";
import type { Matrix } from "../../../preferences/matrix.ts";
import type { QuietHours } from "../../../preferences/quiet-hours.ts";
import { Card } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { Check, Choice, Group, TextField } from "../../components/form.tsx";
import { Notice } from "../../components/text.tsx";
import { byFirstPart, type Faults, faultsOfForm, NO_FAULTS } from "../../faults.ts";
import type { fieldsOf } from "../../fields.ts";

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] as const;
/** Weeks begin on Monday where most of our readers are. */
const WEEK = [1, 2, 3, 4, 5, 6, 0] as const;

const KINDS = ["inherit", "own", "none"] as const;
type Kind = (typeof KINDS)[number];

/** Quiet hours as somebody types them. */
export interface TypedHours {
  kind: Kind;
  start: string;
  end: string;
  /** 0 = Sunday … 6 = Saturday. */
  days: readonly string[];
}

/** The form as it was filled in. */
export function typedHours(form: Awaited<ReturnType<typeof fieldsOf>>): TypedHours {
  const kind = form("hours");
  return {
    kind: KINDS.find((one) => one === kind) ?? "inherit",
    start: form("start").trim(),
    end: form("end").trim(),
    days: form.entries().flatMap(([name, value]) => (name === "days" ? [value] : [])),
  };
}

/** The quiet hours of a form, checked by the API's schema; null: as the organization has them. @throws 400 at the fields */
export function hoursIn({ kind, start, end, days }: TypedHours): QuietHours | null {
  if (kind === "inherit") return null;
  // Browsers may send seconds with a time.
  const time = (text: string) => text.replace(/^(\d\d:\d\d):00$/u, "$1");
  const given =
    kind === "none"
      ? { enabled: false }
      : {
          enabled: true,
          start: time(start),
          end: time(end),
          days: days.map((day) => (/^\d$/u.test(day) ? Number(day) : day)),
        };
  const parsed = hoursInput.safeParse(given);
  if (!parsed.success) throw invalid([...fieldErrors(parsed.error, "json", given)]);
  return parsed.data;
}

/** Quiet hours that are refused: what was typed, and what is wrong with it. */
export interface RefusedHours {
  typed: TypedHours;
  faults: Faults;
}

export const refusedHours = (typed: TypedHours, error: unknown): RefusedHours => ({
  typed,
  // Which of the days is wrong is said by none of its names.
  faults: faultsOfForm(error, (pointer) => byFirstPart(pointer.replace(/^\/days\/.*$/u, "/days"))),
});

/** What stands in the form at first: the user's own, else those that count, to begin with. */
function valuesOf({ reader, orgs }: Matrix): TypedHours {
  const { quietHours: own } = reader;
  const hours = own ?? quietHoursOf(reader, orgs);
  return {
    kind: own === null ? "inherit" : own.enabled ? "own" : "none",
    start: hours?.start ?? "22:00",
    end: hours?.end ?? "07:00",
    days: (hours?.enabled === true ? hours.days : [...WEEK]).map(String),
  };
}

function inheritedOf({ orgs }: Matrix): string {
  const hours = quietHoursOf({ quietHours: null }, orgs);
  return hours === null || !hours.enabled ? "none" : `${hours.start} to ${hours.end}, ${daysOf(hours)}`;
}

const daysOf = ({ days }: QuietHours): string =>
  days.length === 7
    ? "every day"
    : WEEK.filter((day) => days.includes(day))
        .map((day) => DAYS[day])
        .join(", ");

/** When a person is left in peace; it can be changed. @param refused what stands in the form, to be mended */
export function QuietHoursCard({
  matrix,
  action,
  refused,
}: {
  matrix: Matrix;
  action: string;
  refused: RefusedHours | undefined;
}) {
  const typed = refused?.typed ?? valuesOf(matrix);
  const { of, others } = refused?.faults ?? NO_FAULTS;
  return (
    <Card title="Quiet hours" id="quiet-hours">
      <form class="form" method="post" action={action}>
        {others.length > 0 && (
          <Notice tone="bad">
            {others.map((text) => (
              <p>{text}</p>
            ))}
          </Notice>
        )}
        <p class="small muted">
          Messages wait for their end; critical and in-app ones do not. They are hours in the person's time
          zone, {matrix.reader.timezone ?? "UTC"}.
        </p>
        <Choice
          name="hours"
          legend="They are left in peace"
          value={typed.kind}
          options={[
            { value: "inherit", label: `As the organization has it: ${inheritedOf(matrix)}`, fields: null },
            {
              value: "own",
              label: "At hours of their own",
              fields: <Own typed={typed} faults={of} />,
            },
            { value: "none", label: "Never", fields: null },
          ]}
        />
        <div class="row">
          <Button>Save</Button>
        </div>
      </form>
    </Card>
  );
}

const Own = ({ typed, faults }: { typed: TypedHours; faults: Faults["of"] }) => (
  <>
    <div class="columns">
      <TextField name="start" label="From" type="time" value={typed.start} fault={faults.get("start")} />
      <TextField
        name="end"
        label="To"
        type="time"
        value={typed.end}
        fault={faults.get("end")}
        hint="On the next day where it is not later."
      />
    </div>
    <Group legend="Beginning on" fault={faults.get("days")}>
      <div class="row">
        {WEEK.map((day) => (
          <Check
            name="days"
            value={String(day)}
            label={DAYS[day]}
            checked={typed.days.includes(String(day))}
          />
        ))}
      </div>
    </Group>
  </>
);
