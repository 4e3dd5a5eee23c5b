import { Button } from "./buttons.tsx";

/** Goes on with a search whose words belong into no address: names, addresses. @param fields what to send; null at the end */
export const SearchPager = ({
  action,
  label,
  fields,
}: {
  action: string;
  label: string;
  fields: Readonly<Record<string, string>> | null;
}) =>
  fields === null ? null : (
    <form class="pager" method="post" action={action}>
      <span />
      {Object.entries(fields)
        .filter(([, value]) => value !== "")
        .map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
      <Button>{label}</Button>
    </form>
  );
