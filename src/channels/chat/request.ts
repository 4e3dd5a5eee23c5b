import { type Fetch, USER_AGENT } from "../send-kit/http.ts";

/** How much of an answer is read: chats answer with less. */
const READ_BYTES = 64 * 1_024;

/** What came back. */
export type Answer =
  | { kind: "answer"; status: number; headers: Headers; text: string }
  /** Nothing came back: the chat may have taken the message or not. */
  | { kind: "silence"; code: "timeout" | "network_error" };

/** A request to a chat. */
export interface ChatRequest {
  url: string;
  headers: Readonly<Record<string, string>>;
  /** JSON. */
  body: string;
}

/** Makes a request, and reads the answer, both within `timeoutMs`. It follows no redirect, and does not throw. */
export async function askChat(
  fetch: Fetch,
  { url, headers, body }: ChatRequest,
  timeoutMs: number,
): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8", "user-agent": USER_AGENT, ...headers },
      body,
      redirect: "manual",
      signal,
    });
    // The status says most: who has answered has the message, whatever becomes of the rest of the answer.
    const text = await beginningOf(response).catch(() => "");
    return { kind: "answer", status: response.status, headers: response.headers, text };
  } catch {
    return { kind: "silence", code: signal.aborted ? "timeout" : "network_error" };
  }
}

/** The text of an answer, as far as it is read. */
async function beginningOf(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  for (let seen = 0; seen < READ_BYTES;) {
    const { done, value } = await reader.read();
    if (done) return text;
    seen += value.byteLength;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}
