import type { Child } from "hono/jsx";

/** A box with a title. `flush`: what is in it reaches its edges, as a table does. */
export const Card = ({
  title,
  actions,
  flush,
  id,
  children,
}: {
  title?: string;
  actions?: Child;
  flush?: boolean;
  id?: string;
  children: Child;
}) => (
  <section class="card" id={id} aria-label={title}>
    {(title || actions) && (
      <header>
        {title && <h2>{title}</h2>}
        {actions && <div class="row">{actions}</div>}
      </header>
    )}
    {flush ? children : <div class="pad">{children}</div>}
  </section>
);

/** A number and what it counts. */
export const Stat = ({ name, value, hint }: { name: string; value: Child; hint?: Child }) => (
  <div class="stat">
    <span class="small muted">{name}</span>
    <b>{value}</b>
    {hint && <span class="small muted">{hint}</span>}
  </div>
);

/** A column of a table. `numeric`: to the right, with figures of the same width. */
export interface Column<Row> {
  head: string;
  numeric?: boolean;
  cell: (row: Row) => Child;
}

/** A table that scrolls within its card. The first column names the row. @param label what it lists */
export function Table<Row>({
  label,
  columns,
  rows,
}: {
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
}) {
  return (
    <div class="scroll" role="region" aria-label={label} tabindex={0}>
      <table>
        <thead>
          <tr>
            {columns.map(({ head, numeric }) => (
              <th scope="col" class={numeric ? "numeric" : undefined}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              {columns.map(({ cell, numeric }, i) =>
                i === 0 ? (
                  <th scope="row">{cell(row)}</th>
                ) : (
                  <td class={numeric ? "numeric" : undefined}>{cell(row)}</td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Links to the next and to the first page. @param next the query of the next page; null at the end @param names of both links */
export const Pager = ({
  path,
  first = path,
  next,
  isFirst,
  names: [toFirst, toNext] = ["Newest", "Older"],
}: {
  path: string;
  /** The address of the first page, where the list is filtered. */
  first?: string;
  next: URLSearchParams | null;
  isFirst: boolean;
  names?: readonly [toFirst: string, toNext: string];
}) =>
  next === null && isFirst ? null : (
    <nav class="pager" aria-label="Pages">
      {isFirst ? <span /> : <a href={first}>{toFirst}</a>}
      {next === null ? (
        <span class="muted">The end</span>
      ) : (
        <a href={`${path}?${next.toString()}`} rel="next">
          {toNext}
        </a>
      )}
    </nav>
  );
