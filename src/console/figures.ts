const format = new Intl.NumberFormat("en");

/** A number as the console prints it: 12,400. */
export const figure = (n: number): string => format.format(n);

/** The sum of numbers by name. */
export const sumOf = (numbers: Readonly<Record<string, number>> | undefined): number =>
  Object.values(numbers ?? {}).reduce((sum, n) => sum + n, 0);
