import type { PushOptions } from "../../channels/push/options.ts";

/** The content of a push, as callers send it. */
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

/** Reads an id from `data`, for callers that send it only there. */
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

/** The columns of a dispatch that hold a message's content. */
export const shownBy = ({ title, body, data }: PushContent) => ({
  ...(title !== undefined && { title }),
  ...(body !== undefined && { body }),
  data: data ?? null,
});
