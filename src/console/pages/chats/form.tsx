import { FIELDS, type GivenAddress } from "../../../channels/chat/address.ts";
import { CHAT_KINDS, type ChatKind } from "../../../db/schema/index.ts";
import { TextField } from "../../components/form.tsx";
import { type Faults, NO_FAULTS } from "../../faults.ts";
import type { Fields } from "../../fields.ts";
import { type AddressField, fieldsFor, inputName, isShown } from "./kinds.ts";

/** A connection as it is typed. */
export interface TypedChat {
  kind: ChatKind;
  name: string;
  given: GivenAddress;
  faults: Faults;
}

export const NEW: TypedChat = { kind: "slack_bot", name: "", given: {}, faults: NO_FAULTS };

/** The kind that a form has sent; the first where it is none of ours. */
export const kindIn = (text: Fields): ChatKind =>
  CHAT_KINDS.find((kind) => kind === text("kind")) ?? NEW.kind;

/** What was typed of an address: a field that is empty is not given. */
export const givenIn = (kind: ChatKind, text: Fields): GivenAddress =>
  Object.fromEntries(
    FIELDS[kind].flatMap((field) => {
      const value = text(inputName(kind, field)).trim();
      return value === "" ? [] : [[field, value] as const];
    }),
  );

const isField = (kind: ChatKind, name: string): name is AddressField =>
  FIELDS[kind].some((field) => field === name);

/** Which field of the form a fault belongs to. */
export const fieldOfFault =
  (kind: ChatKind) =>
  (pointer: string): { field: string } | null => {
    const name = pointer.slice(1);
    if (isField(kind, name)) return { field: inputName(kind, name) };
    return name === "name" ? { field: name } : null;
  };

/** The fields of an address. Secrets are never filled in. @param keeps whether an empty field leaves what is stored */
export const AddressFields = ({
  kind,
  given,
  faults,
  keeps = false,
}: {
  kind: ChatKind;
  given: GivenAddress;
  faults: Faults;
  keeps?: boolean;
}) => (
  <>
    {fieldsFor(kind).map(({ field, label, hint, ifEmpty, placeholder = "" }) => {
      const name = inputName(kind, field);
      return (
        <TextField
          name={name}
          label={label}
          value={isShown(field) ? given[field] : ""}
          fault={faults.of.get(name)}
          placeholder={placeholder}
          hint={[hint, keeps ? !isShown(field) && "Left empty, it stays." : ifEmpty]
            .filter(Boolean)
            .join(" ")}
        />
      );
    })}
  </>
);
