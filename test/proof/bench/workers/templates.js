// How recorded calls become calls for other users and other dispatches.

const isText = (value) => typeof value === "string";
const isJsonArray = (param) => isText(param) && param.startsWith("[");

/** Rows like the recorded one, for new dispatches or their outcomes. */
const rowsLike = (first) => (given) =>
  JSON.stringify(
    given.ids.map((id, i) =>
      "dispatch_id" in first
        ? { ...first, dispatch_id: id }
        : { ...first, ...given.row, id, ...(given.users[i] !== undefined && { user_id: given.users[i] }) },
    ),
  );

/** How a recorded parameter is made for others: a function of `given` (`ids`, `users`, and what a new `row` has). */
function maker(param, known) {
  if (param === known.user) return (given) => given.users[0];
  if (!isJsonArray(param)) return () => param;
  const [first] = JSON.parse(param);
  if (first === known.user) return (given) => JSON.stringify(given.users);
  if (isText(first)) return (given) => JSON.stringify(given.ids);
  return first !== null && typeof first === "object" ? rowsLike(first) : () => param;
}

/** @param known what the recorded call was about: `user`, whose id then stands for that of another */
export const makersOf = (calls, known) =>
  calls.map((call) => ({
    ...call,
    ...(call.d1 && {
      d1: call.d1.map((one) => ({ ...one, make: one.params.map((param) => maker(param, known)) })),
    }),
    ...(call.body && { letters: JSON.parse(call.body) }),
  }));

let counter = 0;

/** A UUIDv7, so that rows have the same order. */
export function freshId() {
  const time = Date.now().toString(16).padStart(12, "0");
  counter = (counter + 1) % 0x1000;
  const count = counter.toString(16).padStart(3, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${count}-${crypto.randomUUID().slice(19)}`;
}
