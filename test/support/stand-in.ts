/** `real` with some of its members replaced: what a test puts in the place of a binding. Members that are not named stay. */
export const standIn = <T extends object>(real: T, members: object): T =>
  new Proxy(real, {
    get: (target, name) => Reflect.get(Reflect.has(members, name) ? members : target, name),
  });
