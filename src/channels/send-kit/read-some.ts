/** Reads up to `most` bytes of an answer and drops them, and the rest with them. @throws when the connection fails before */
export async function readSome(response: Response, most: number): Promise<void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  for (let seen = 0; seen < most;) {
    const { done, value } = await reader.read();
    if (done) return;
    seen += value.byteLength;
  }
  await reader.cancel();
}
