import type { PushOptions } from "../../channels/push/options.ts";

/** What a caller wants to be pushed. Times are epoch ms. */
export interface PushContent {
  user_id: string;
  /** A silent push has neither title nor body. */
  title?: string | undefined;
  body?: string | undefined;
  data?: Record<string, unknown> | undefined;
  scenario_id?: string | undefined;
  prompt_id?: string | undefined;
  options?: PushOptions | undefined;
}

/** An id that stands only inside `data` counts as if it stood beside it. */
export function idFromData(data: Record<string, unknown> | undefined, name: string): string | null {
  const value = data?.[name];
  const isId =
    typeof value === "string" &&
    value !== "" &&
    value.length <= 128 &&
    value.isWellFormed() &&
    !value.includes("\0");
  return isId ? value : null;
}

/** What a message shows and carries, as its dispatch keeps it. */
export const shownBy = ({ title, body, data }: PushContent) => ({
  ...(title !== undefined && { title }),
  ...(body !== undefined && { body }),
  data: data ?? null,
});
