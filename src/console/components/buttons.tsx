import type { Child } from "hono/jsx";

type Look = "primary" | "danger" | "quiet";

export const Button = ({
  look,
  small,
  name,
  value,
  action,
  children,
}: {
  look?: Look;
  small?: boolean;
  name?: string;
  value?: string;
  /** Where the form is posted to by this button, instead of its own address. */
  action?: string;
  children: Child;
}) => (
  <button
    class={["button", look, small && "small"].filter(Boolean).join(" ")}
    type="submit"
    name={name}
    value={value}
    formaction={action}
  >
    {children}
  </button>
);

export const ButtonLink = ({ href, look, children }: { href: string; look?: Look; children: Child }) => (
  <a class={look ? `button ${look}` : "button"} href={href}>
    {children}
  </a>
);

/**
 * A button that asks before it does something. The dialog opens without a script (`command`, in browsers since 2025).
 * @param id of the dialog, unique in its page
 */
export const Confirm = ({
  id,
  action,
  label,
  title,
  look = "danger",
  open = false,
  children,
}: {
  id: string;
  /** Where the form is posted to. */
  action: string;
  label: string;
  title: string;
  look?: Look;
  /** Whether it is open at once: to mend what was typed into it. */
  open?: boolean;
  /** What it does; it may hold further fields. */
  children?: Child;
}) => (
  <>
    <button
      class={look === "danger" ? "button" : `button ${look}`}
      type="button"
      command="show-modal"
      commandfor={id}
    >
      {label}
    </button>
    <dialog id={id} open={open} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>{title}</h2>
      <form class="form" method="post" action={action}>
        {children}
        <div class="row">
          <button class={`button ${look}`} type="submit">
            {label}
          </button>
          <button class="button" type="button" command="close" commandfor={id}>
            Keep it as it is
          </button>
        </div>
      </form>
    </dialog>
  </>
);
