import { WORDING_CHANNELS } from "../../../db/schema/index.ts";
import type { LineWords } from "../../../wordings/overview.ts";
import { Card, Table } from "../../components/boxes.tsx";
import { Button } from "../../components/buttons.tsx";
import { Select, TextField } from "../../components/form.tsx";
import { Badge, Empty } from "../../components/text.tsx";
import { languageName } from "./language-name.ts";
import { nameOfOwner, type Owner } from "../../owner.ts";
import type { Shown } from "./shown.ts";

/** The words as a table: a row for each language, a column for each channel. */
export function Words({
  shown: { view, channels, builtIn },
  words,
  owner,
}: {
  shown: Shown;
  words: readonly LineWords[];
  owner: Owner;
}) {
  const base = `/console/types/${view.id}/words`;
  const locales = [...new Set([...words.map(({ locale }) => locale), ...builtIn, "en"])].toSorted();
  const columns = WORDING_CHANNELS.filter((channel) => channels.includes(channel));
  if (columns.length === 0)
    return (
      <Card title="Words">
        <Empty title="Its words cannot be written here">
          The words of a message by API are its caller's, and a test e-mail shows another type.
        </Empty>
      </Card>
    );
  return (
    <Card title="Words" flush>
      <Table
        label="Words by language and channel"
        rows={locales}
        columns={[
          {
            head: "Language",
            cell: (locale) => (
              <>
                {languageName(locale)} <code class="muted">{locale}</code>
              </>
            ),
          },
          ...columns.map((channel) => ({
            head: channel,
            cell: (locale: string) => (
              <Cell
                href={owner.path(`${base}/${channel}/${encodeURIComponent(locale)}`)}
                words={words.filter((one) => one.channel === channel && one.locale === locale)}
                isBuiltIn={builtIn.includes(locale)}
              />
            ),
          })),
        ]}
      />
      <div class="pad">
        <form class="filters" method="get" action={base}>
          {owner.asked !== undefined && <input type="hidden" name="org_id" value={owner.asked} />}
          <Select name="channel" label="Channel" options={columns.map((channel) => [channel, channel])} />
          <TextField name="locale" label="Another language" placeholder="nb, de-CH, pt-BR …" required />
          <Button>Write words</Button>
        </form>
      </div>
    </Card>
  );
}

function Cell({ href, words, isBuiltIn }: { href: string; words: readonly LineWords[]; isBuiltIn: boolean }) {
  const [nearest] = words.toSorted((a, b) => a.distance - b.distance);
  const own = nearest?.distance === 0 ? nearest : undefined;
  const used = words
    .filter(({ published }) => published !== null)
    .toSorted((a, b) => a.distance - b.distance)[0];
  return (
    <a class={nearest === undefined && !isBuiltIn ? "cell none" : "cell"} href={href}>
      {used === own && used !== undefined && <Badge tone="good">version {used.published}</Badge>}
      {used !== own && used !== undefined && (
        <Badge tone="info">
          from {nameOfOwner(used.org_id)}, version {used.published}
        </Badge>
      )}
      {used === undefined && isBuiltIn && <Badge>built in</Badge>}
      {own !== undefined && own.latest !== own.published && <Badge tone="warn">draft {own.latest}</Badge>}
      {nearest === undefined && !isBuiltIn && "write"}
    </a>
  );
}
