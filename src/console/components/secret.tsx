import type { Child } from "hono/jsx";
import { Card } from "./boxes.tsx";
import { ButtonLink } from "./buttons.tsx";
import { Id, Notice } from "./text.tsx";

/** A secret that was just made: it is shown this once. @param next where one goes then */
export const SecretCard = ({
  secret,
  next,
  children,
}: {
  secret: string;
  next: { href: string; name: string };
  children: Child;
}) => (
  <Card title="The secret">
    <Notice tone="warn" title="Store it now: it is not shown again.">
      Whoever has it can sign as we do. If it is lost or leaks, make another one.
    </Notice>
    <Id id={secret} />
    {children}
    <div class="row">
      <ButtonLink href={next.href} look="primary">
        {next.name}
      </ButtonLink>
    </div>
  </Card>
);
