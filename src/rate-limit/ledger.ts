import type { Span } from "./gcra.ts";

/** A reservation: a dispatch's slot in a budget. All times are epoch ms. */
export interface Reservation {
  id: string;
  at: number;
  /** Start of the interval that the slot takes up; its TAT is the end. Older versions did not store it. */
  from?: number;
  /** The slot's TAT: no other slot lies between `from` and it. */
  tat: number;
  /** When it was asked for: a repeat from an isolate whose clock is behind must get the same answer. */
  grantedAt: number;
  /** From then on it no longer counts. */
  expiresAt: number;
}

/**
 * Reservations in one stored row (a page). A call rewrites the last page only, and expired reservations are deleted by the
 * page. Larger pages would save a deletion now and then, and make each write slower.
 */
const PAGE = 16;

/** A call deletes as many expired pages as it writes, and this many more. */
const PRUNE_EXTRA = 1;

/** The key of a page. Numbers are padded, since the storage lists keys in the order of their text. */
const keyOf = (budget: string, n: number): string => `${budget}/${String(n).padStart(10, "0")}`;
const numberIn = (key: string): number => Number(key.slice(key.lastIndexOf("/") + 1));

/**
 * The reservations of one budget, the same in memory and in the storage, on pages in the order in which they were made. A
 * page is stored before it is remembered, so a failed write leaves it in neither.
 */
export class Ledger {
  /** By number, lowest first; none is empty. */
  readonly #pages = new Map<number, readonly Reservation[]>();
  readonly #byId = new Map<string, { reservation: Reservation; page: number }>();
  /** All reservations sorted by TAT; null when they must be sorted again. */
  #ordered: Reservation[] | null = null;

  constructor(
    private readonly kv: SyncKvStorage,
    private readonly budget: string,
  ) {
    for (const [key, page] of kv.list<Reservation[]>({ prefix: `${budget}/` }))
      this.#remember(numberIn(key), page);
  }

  /** The budget of a page's key. */
  static budgetOf(key: string): string {
    return key.slice(0, key.lastIndexOf("/"));
  }

  /** The greatest TAT, or null when there is no reservation. */
  get tat(): number | null {
    return this.#inOrder().at(-1)?.tat ?? null;
  }

  /** When the last reservation expires; null when there is none. */
  get expiresAt(): number | null {
    return this.#inOrder().at(-1)?.expiresAt ?? null;
  }

  find(id: string): Reservation | undefined {
    return this.#byId.get(id)?.reservation;
  }

  /** The intervals that the reservations take up, in order. */
  *taken(intervalMs: number): Generator<Span, void> {
    for (const { from, tat } of this.#inOrder()) yield { from: from ?? tat - intervalMs, to: tat };
  }

  /** Appends reservations. Each page that this fills or begins is a written row. */
  append(reservations: readonly Reservation[], now: number): void {
    const [lastNumber = 0] = [...this.#pages.keys()].slice(-1);
    const last = (this.#pages.get(lastNumber) ?? []).filter(({ expiresAt }) => expiresAt > now);
    const all = last.length < PAGE ? [...last, ...reservations] : reservations;
    const first = last.length < PAGE ? lastNumber : lastNumber + 1;
    const written = Math.ceil(all.length / PAGE);
    for (let i = 0; i < written; i++) this.#write(first + i, all.slice(i * PAGE, (i + 1) * PAGE));
    this.prune(now, written + PRUNE_EXTRA);
  }

  /** Deletes up to `most` pages on which every reservation has expired. */
  prune(now: number, most = Number.POSITIVE_INFINITY): void {
    const over = [...this.#pages].filter(([, page]) => page.every(({ expiresAt }) => expiresAt <= now));
    for (const [n] of over.slice(0, most)) this.#write(n, []);
  }

  /** Removes reservations that are there. Each page that held one is a written row. */
  remove(ids: readonly string[]): void {
    const gone = new Set(ids);
    const pages = new Set(ids.flatMap((id) => this.#byId.get(id)?.page ?? []));
    for (const n of pages)
      this.#write(
        n,
        (this.#pages.get(n) ?? []).filter(({ id }) => !gone.has(id)),
      );
  }

  #inOrder(): readonly Reservation[] {
    this.#ordered ??= [...this.#pages.values()].flat().toSorted((a, b) => a.tat - b.tat);
    return this.#ordered;
  }

  #write(n: number, page: readonly Reservation[]): void {
    if (page.length === 0) this.kv.delete(keyOf(this.budget, n));
    else this.kv.put(keyOf(this.budget, n), page);
    for (const { id } of this.#pages.get(n) ?? []) this.#byId.delete(id);
    if (page.length === 0) this.#pages.delete(n);
    else this.#remember(n, page);
    this.#ordered = null;
  }

  #remember(n: number, page: readonly Reservation[]): void {
    this.#pages.set(n, page);
    for (const reservation of page) this.#byId.set(reservation.id, { reservation, page: n });
  }
}
