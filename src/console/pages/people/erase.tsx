import { Confirm } from "../../components/buttons.tsx";
import { TextField } from "../../components/form.tsx";

/** Erases a person, once one is sure. @param typed what is not the person's id; undefined: nothing was typed yet */
export const Erase = ({ id, path, typed }: { id: string; path: string; typed: string | undefined }) => (
  <Confirm
    id="erase"
    action={`${path}/erase`}
    label="Erase"
    title="Erase this person everywhere?"
    open={typed !== undefined}
  >
    <p>
      Facts, devices, preferences and all messages go, and nothing is sent any more. This cannot be undone.
      Export first what you must keep.
    </p>
    <TextField
      name="confirmed"
      label="Type the person's id"
      required
      hint={id}
      value={typed}
      fault={typed === undefined ? undefined : "is not the id of this person"}
    />
  </Confirm>
);
