import type { Child } from "hono/jsx";

interface FieldProps {
  name: string;
  label: string;
  value?: string | null | undefined;
  hint?: string;
  /** Why the value was refused. */
  fault?: string | undefined;
  required?: boolean;
  /** Among filters: wider than the others. */
  wide?: boolean;
}

/** What ties a field to its label, hint and fault. */
const tied = ({ name, hint, fault, required }: FieldProps) => ({
  id: `f-${name}`,
  name,
  required,
  "aria-invalid": fault === undefined ? undefined : ("true" as const),
  "aria-describedby": hint !== undefined || fault !== undefined ? `f-${name}-about` : undefined,
});

/** What stands below a field. @param isNews for a fragment: it replaces what stands there, wherever that is */
export const FieldAbout = ({
  name,
  hint,
  fault,
  isNews,
}: Pick<FieldProps, "name" | "hint" | "fault"> & { isNews?: boolean }) => (
  <div id={`f-${name}-about`} hx-swap-oob={isNews ? "true" : undefined}>
    {fault && <p class="fault">{fault}</p>}
    {hint && <p class="hint">{hint}</p>}
  </div>
);

const Framed = ({ label, wide, children, ...field }: FieldProps & { children: Child }) => (
  <div class={wide ? "field wide" : "field"}>
    <label for={`f-${field.name}`}>{label}</label>
    {children}
    {(field.hint !== undefined || field.fault !== undefined) && <FieldAbout {...field} />}
  </div>
);

/** A field of one line. `search`: the key "/" goes there. */
export const TextField = ({
  type = "text",
  search,
  placeholder,
  autocomplete = "off",
  ...field
}: FieldProps & { type?: string; search?: boolean; placeholder?: string; autocomplete?: string }) => (
  <Framed {...field}>
    <input
      {...tied(field)}
      type={type}
      value={field.value ?? ""}
      placeholder={placeholder}
      autocomplete={autocomplete}
      spellcheck={false}
      data-search={search ? "" : undefined}
    />
  </Framed>
);

/** A field of several lines. `code`: of a fixed width. */
export const TextArea = ({ rows = 6, code, ...field }: FieldProps & { rows?: number; code?: boolean }) => (
  <Framed {...field}>
    <textarea {...tied(field)} rows={rows} class={code ? "code" : undefined} spellcheck={!code}>
      {field.value ?? ""}
    </textarea>
  </Framed>
);

/** A number with a unit to choose: its name, and the name with `_unit`. */
export const Amount = ({
  unit,
  units,
  ...field
}: FieldProps & { unit: string; units: readonly string[] }) => (
  <Framed {...field}>
    <div class="pair">
      <input {...tied(field)} inputmode="numeric" value={field.value ?? ""} autocomplete="off" />
      <select name={`${field.name}_unit`} aria-label={`Unit of: ${field.label}`}>
        {units.map((one) => (
          <option value={one} selected={one === unit}>
            {one}
          </option>
        ))}
      </select>
    </div>
  </Framed>
);

/** A list to choose one from. */
export const Select = ({
  options,
  ...field
}: FieldProps & { options: readonly (readonly [value: string, name: string])[] }) => (
  <Framed {...field}>
    <select {...tied(field)}>
      {options.map(([value, name]) => (
        <option value={value} selected={value === (field.value ?? "")}>
          {name}
        </option>
      ))}
    </select>
  </Framed>
);

export const Check = ({
  name,
  label,
  checked,
  value = "on",
}: {
  name: string;
  label: string;
  checked: boolean;
  value?: string;
}) => (
  <label class="check">
    <input type="checkbox" name={name} value={value} checked={checked} />
    {label}
  </label>
);

/** Fields that belong together. */
export const Group = ({
  legend,
  hint,
  fault,
  children,
}: {
  legend: string;
  hint?: string | undefined;
  fault?: string | undefined;
  children: Child;
}) => (
  <fieldset class="group" aria-invalid={fault === undefined ? undefined : "true"}>
    <legend class="legend">{legend}</legend>
    {children}
    {fault && <p class="fault">{fault}</p>}
    {hint && <p class="hint">{hint}</p>}
  </fieldset>
);

/** Alternatives, of which one is chosen. The fields of each are shown while it is. */
export const Choice = ({
  name,
  legend,
  value,
  fault,
  options,
}: {
  name: string;
  legend: string;
  value: string;
  fault?: string | undefined;
  options: readonly { value: string; label: string; fields: Child }[];
}) => (
  <Group legend={legend} fault={fault}>
    {options.map((option) => (
      <div class="option">
        <label class="check">
          <input type="radio" name={name} value={option.value} checked={option.value === value} />
          {option.label}
        </label>
        <div class="chosen">{option.fields}</div>
      </div>
    ))}
  </Group>
);
