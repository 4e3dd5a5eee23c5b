/**
 * A body of pieces of text. Each is made when the one before is taken, so that a slow reader does not fill the memory. An error
 * breaks the body off; a reader that leaves ends the making.
 */
export function streamed(pieces: AsyncGenerator<string>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done === true) controller.close();
      else controller.enqueue(encoder.encode(value));
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}
