import type { VersionHead } from "../../../wordings/overview.ts";
import type { StoredWording } from "../../../wordings/read.ts";
import type { ConsoleContext } from "../../app-env.tsx";
import { Card, Table } from "../../components/boxes.tsx";
import { Confirm } from "../../components/buttons.tsx";
import { Badge, Empty, Time } from "../../components/text.tsx";
import { viewerOf } from "../../viewer.ts";
import type { WordsAt } from "./words-place.ts";

/** The versions of some words: who wrote each, and what can be done with it. @param more where the next page begins */
export function VersionsCard({
  c,
  at,
  own,
  versions,
  more,
}: {
  c: ConsoleContext;
  at: WordsAt;
  own: StoredWording | null;
  versions: readonly VersionHead[];
  more: number | null;
}) {
  const viewer = viewerOf(c);
  const used = own?.published ?? null;
  return (
    <Card
      title="Versions"
      flush
      actions={
        used !== null && (
          <Confirm
            id="unpublish"
            action={at.path("/unpublish")}
            label="Take out of use"
            title="Take these words out of use?"
          >
            <p>
              Messages then have the words that are inherited, or the built-in ones. The versions stay, and
              can be published again.
            </p>
          </Confirm>
        )
      }
    >
      {versions.length === 0 ? (
        <Empty title="No versions yet">
          Write the words above. “Save and publish” makes the first version, and puts it to use.
        </Empty>
      ) : (
        <Table
          label="Versions, the newest first"
          rows={versions}
          columns={[
            {
              head: "Version",
              cell: ({ version }) => (
                <span class="row">
                  {version}
                  {version === used && <Badge tone="good">in use</Badge>}
                </span>
              ),
            },
            { head: "Written", cell: ({ created_at }) => <Time at={created_at} viewer={viewer} /> },
            { head: "By", cell: ({ created_by }) => <code>{created_by}</code> },
            {
              head: "Differences",
              cell: ({ version }) => (
                <span class="row">
                  {version > 1 && (
                    <a href={at.path("/diff", { from: String(version - 1), to: String(version) })}>
                      to version {version - 1}
                    </a>
                  )}
                  {used !== null && version !== used && version - 1 !== used && (
                    <a
                      href={at.path("/diff", {
                        from: String(Math.min(used, version)),
                        to: String(Math.max(used, version)),
                      })}
                    >
                      to the one in use
                    </a>
                  )}
                </span>
              ),
            },
            {
              head: "Use",
              cell: ({ version }) =>
                version === used ? null : <Publish at={at} version={version} used={used} />,
            },
          ]}
        />
      )}
      {more !== null && (
        <nav class="pager" aria-label="Pages of versions">
          <span />
          <a href={at.path("", { before: String(more) })} rel="next">
            Older versions
          </a>
        </nav>
      )}
    </Card>
  );
}

const Publish = ({ at, version, used }: { at: WordsAt; version: number; used: number | null }) => (
  <Confirm
    id={`publish-${version}`}
    action={at.path("/publish")}
    label={used !== null && version < used ? "Roll back" : "Publish"}
    title={
      used !== null && version < used ? `Roll back to version ${version}?` : `Publish version ${version}?`
    }
    look="primary"
  >
    <input type="hidden" name="version" value={String(version)} />
    <p>Every message that is sent from then on says it.</p>
  </Confirm>
);
